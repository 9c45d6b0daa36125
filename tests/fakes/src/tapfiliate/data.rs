//! Tapfiliate's rows: the samples first, then rows made from them, whose links hold.

use serde_json::{Map, Value, json};

use super::below;
use crate::options::Options;
use crate::sample::{rows, sample};
use crate::table::Tables;
use crate::vary::{Dice, FIRST_NAMES, LAST_NAMES, Style, decimal, fill, moment, only, set};

/// The collections whose size can be set.
pub(crate) const SIZES: &[(&str, usize)] = &[
    ("affiliate_groups", 3),
    ("affiliate_prospects", 30),
    ("affiliates", 60),
    ("clicks", 30),
    ("conversions", 130),
    ("customers", 60),
    ("payments", 28),
    ("programs", 4),
];

pub(super) const DAY: i64 = 86_400;
/// 2021-05-12T05:50:56Z: the day after the last sample conversion.
const FIRST_CONVERSION: i64 = 1_620_798_656;
/// 2021-07-03T09:55:20Z: the day after the sample customers.
pub(super) const FIRST_CUSTOMER: i64 = 1_625_306_120;
/// 2020-05-13T11:01:25Z: the day after the sample affiliates.
pub(super) const FIRST_AFFILIATE: i64 = 1_589_367_685;

/// Makes rows as the options want them.
pub(super) struct Maker<'a> {
    options: &'a Options,
    pub(super) dice: Dice,
}

/// All rows.
pub(super) fn tables(options: &Options) -> Tables {
    let maker = Maker { options, dice: Dice(options.seed) };
    let groups = maker.groups();
    let affiliates = maker.affiliates(&groups);
    let programs = maker.programs();
    let customers = maker.customers(&affiliates, &programs);
    let payments = maker.payments(&affiliates);
    let conversions = maker.conversions(&affiliates, &programs, &customers, &payments);
    let mut tables = Tables::default();
    maker.add_to_affiliates(&mut tables, &affiliates, &payments);
    maker.add_memberships(&mut tables, &affiliates, &programs);
    below::add_to_programs(&mut tables, &programs);
    meta(&mut tables, "conversions_meta", &conversions);
    meta(&mut tables, "customers_meta", &customers);
    tables.add_all("commissions", maker.commissions(&conversions));
    tables.add_all("affiliate_prospects", maker.prospects());
    tables.add_all(
        "affiliate_custom_fields",
        rows(sample!("tapfiliate/affiliate_custom_fields_UNCONFIRMED.json")),
    );
    tables.add_all("clicks", maker.clicks(&affiliates));
    tables.add_all("affiliate_groups", groups);
    tables.add_all("affiliates", affiliates);
    tables.add_all("programs", programs);
    tables.add_all("customers", customers);
    tables.add_all("payments", payments);
    tables.add_all("conversions", conversions);
    tables
}

impl Maker<'_> {
    /// A collection of the size that is wanted.
    fn fill(&self, name: &str, sample: Value, make: impl Fn(usize, &mut Map<String, Value>)) -> Vec<Value> {
        let samples = rows(sample);
        let usual = SIZES.iter().find(|(known, _)| *known == name).map_or(0, |(_, usual)| *usual);
        fill(&samples, self.options.size(name, samples.len(), usual), make)
    }

    fn groups(&self) -> Vec<Value> {
        self.fill("affiliate_groups", sample!("tapfiliate/affiliate_groups.json"), |row, group| {
            set(group, [("id", format!("ag_{row:06}").into()), ("title", format!("Group {row}").into())]);
        })
    }

    fn affiliates(&self, groups: &[Value]) -> Vec<Value> {
        self.fill("affiliates", sample!("tapfiliate/affiliates.json"), |row, affiliate| {
            let id = affiliate_id(row);
            let group = if row % 3 == 0 { Value::Null } else { id_of(groups, row) };
            let parent = if row % 4 == 0 { affiliate_id(row / 2).into() } else { Value::Null };
            set(
                affiliate,
                [
                    ("firstname", self.dice.of("first", row, &FIRST_NAMES).into()),
                    ("lastname", self.dice.of("last", row, &LAST_NAMES).into()),
                    ("email", format!("{id}@example.com").into()),
                    ("meta_data", map(row, &json!({"foo": "bar", "tier": row}))),
                    ("parent_id", parent),
                    ("created_at", spread(FIRST_AFFILIATE, row, 2 * DAY / 3)),
                    ("affiliate_group_id", group),
                    ("custom_fields", map(row + 1, &json!({"website": format!("https://{id}.example.com")}))),
                    ("id", id.into()),
                ],
            );
        })
    }

    fn prospects(&self) -> Vec<Value> {
        self.fill("affiliate_prospects", sample!("tapfiliate/affiliate_prospects.json"), |row, prospect| {
            let id = format!("prospect{row:04}");
            set(
                prospect,
                [
                    ("firstname", self.dice.of("first", row, &FIRST_NAMES).into()),
                    ("lastname", self.dice.of("last", row, &LAST_NAMES).into()),
                    ("email", format!("{id}@example.com").into()),
                    ("meta_data", map(row, &json!({"source": "fair"}))),
                    ("created_at", spread(FIRST_CUSTOMER + 184 * DAY, row, DAY)),
                    ("id", id.into()),
                ],
            );
        })
    }

    fn programs(&self) -> Vec<Value> {
        self.fill("programs", sample!("tapfiliate/programs.json"), |row, program| {
            let id = format!("program-{row}");
            let cookie = 30 + self.dice.roll("cookie", row, 60);
            set(
                program,
                [
                    ("title", format!("Program {row}").into()),
                    ("cookie_time", cookie.into()),
                    ("id", id.into()),
                ],
            );
        })
    }

    fn customers(&self, affiliates: &[Value], programs: &[Value]) -> Vec<Value> {
        self.fill("customers", sample!("tapfiliate/customers.json"), |row, customer| {
            set(
                customer,
                [
                    ("id", format!("cu_{row:06}").into()),
                    ("customer_id", format!("USER{}", 200 + row).into()),
                    ("status", self.dice.of("status", row, &["trial", "paying", "cancelled"]).into()),
                    ("created_at", spread(FIRST_CUSTOMER, row, DAY / 2)),
                    ("program", only(pick(programs, row), &["id", "title", "currency"])),
                    ("affiliate", only(pick(affiliates, row * 7), &["id", "firstname", "lastname"])),
                    ("affiliate_meta_data", map(row + 2, &json!({"source": "newsletter"}))),
                    ("meta_data", map(row, &json!({"foo": format!("bar{row}")}))),
                    ("warnings", map(row + 1, &json!(["duplicate customer_id"]))),
                ],
            );
        })
    }

    fn payments(&self, affiliates: &[Value]) -> Vec<Value> {
        self.fill("payments", sample!("tapfiliate/payments.json"), |row, payment| {
            set(
                payment,
                [
                    ("id", format!("pa_{row:06}").into()),
                    ("created_at", spread(FIRST_CUSTOMER + 90 * DAY, row, 9 * DAY)),
                    ("affiliate", only(pick(affiliates, row * 3), &["id", "firstname", "lastname"])),
                    ("amount", self.dice.amount("payment", row)),
                ],
            );
        })
    }

    fn conversions(
        &self,
        affiliates: &[Value],
        programs: &[Value],
        customers: &[Value],
        payments: &[Value],
    ) -> Vec<Value> {
        let sample = sample!("tapfiliate/conversions.json");
        let commission = sample[0]["commissions"][0].clone();
        self.fill("conversions", sample, |row, conversion| {
            let program = pick(programs, row);
            let affiliate = only(pick(affiliates, row * 5), &["id", "firstname", "lastname"]);
            let created = spread(FIRST_CONVERSION, row - 2, 2 * DAY / 3);
            let make = |nth| {
                let id = 1_030_000 + 3 * row + nth;
                self.commission(
                    &commission,
                    id,
                    &created,
                    &affiliate,
                    &program["currency"],
                    pick(payments, id),
                )
            };
            let commissions: Vec<Value> = (0..row % 4 % 3).map(make).collect();
            let customer = pick(customers, row * 11);
            let customer = only(customer, &["id", "customer_id", "status"]);
            set(
                conversion,
                [
                    ("id", (2_807_860 + row).into()),
                    ("external_id", if row % 5 == 0 { Value::Null } else { format!("ORD{row}").into() }),
                    ("amount", self.dice.amount("conversion", row)),
                    ("commissions", commissions.into()),
                    ("program", only(program, &["id", "title", "currency"])),
                    ("affiliate", affiliate.clone()),
                    ("customer", if row % 4 == 1 { Value::Null } else { customer }),
                    ("meta_data", map(row, &json!({"foo": "bar", "line items": row % 7}))),
                    ("created_at", created.clone()),
                    ("affiliate_meta_data", map(row + 3, &json!({"source": "blog"}))),
                    ("warnings", map(row + 2, &json!(["self referral"]))),
                ],
            );
        })
    }

    fn commission(
        &self,
        sample: &Value,
        id: usize,
        created: &Value,
        affiliate: &Value,
        currency: &Value,
        payment: &Value,
    ) -> Value {
        let mut commission = sample.as_object().cloned().unwrap_or_default();
        let approved = [json!(true), json!(false), Value::Null][id % 3].clone();
        let paid = id.is_multiple_of(6) && !payment.is_null();
        let finalized = if approved == true { spread(FIRST_CUSTOMER, id % 100, DAY) } else { Value::Null };
        set(
            &mut commission,
            [
                ("id", id.into()),
                ("created_at", created.clone()),
                ("amount", self.dice.amount("commission", id)),
                ("kind", if id.is_multiple_of(2) { "regular" } else { "level" }.into()),
                ("commission_type", if id.is_multiple_of(2) { "standard" } else { "level-2" }.into()),
                ("conversion_sub_amount", decimal(i64::try_from(id % 10_000).unwrap_or_default())),
                ("payout", if paid { only(payment, &["id"]) } else { Value::Null }),
                ("currency", currency.clone()),
                ("final", (approved == true).into()),
                ("approved", approved),
                ("finalization_date", finalized),
                ("affiliate", affiliate.clone()),
            ],
        );
        Value::Object(commission)
    }

    /// The samples, then every commission that stands inside a conversion.
    fn commissions(&self, conversions: &[Value]) -> Vec<Value> {
        let mut all = rows(sample!("tapfiliate/commissions.json"));
        if self.options.samples_only {
            return all;
        }
        for conversion in conversions {
            for commission in conversion["commissions"].as_array().into_iter().flatten() {
                let mut commission = commission.clone();
                commission["conversion"] = only(conversion, &["id"]);
                all.push(commission);
            }
        }
        all
    }

    fn clicks(&self, affiliates: &[Value]) -> Vec<Value> {
        self.fill("clicks", sample!("tapfiliate/clicks_UNCONFIRMED.json"), |row, click| {
            set(
                click,
                [
                    ("id", format!("a1b2c3d4-0000-4000-8000-{row:012x}").into()),
                    ("created_at", moment(FIRST_CONVERSION + seconds(row) * DAY / 3, Style::Compact)),
                    ("referral_code", id_of(affiliates, row * 3)),
                    ("meta_data", map(row, &json!({"campaign": format!("c{row}")}))),
                ],
            );
        })
    }
}

fn affiliate_id(row: usize) -> String {
    match row {
        0 => "janejameson".to_owned(),
        1 => "chucknorris1".to_owned(),
        _ => format!("affiliate{row:04}"),
    }
}

/// The bodies of `meta-data/`: the map of the row, `[]` where it is empty.
fn meta(tables: &mut Tables, name: &'static str, parents: &[Value]) {
    tables.declare(name);
    for parent in parents {
        tables.add_children(name, &parent["id"], [filled(&parent["meta_data"])]);
    }
}

pub(super) fn filled(map: &Value) -> Value {
    let full = map.as_object().is_some_and(|map| !map.is_empty());
    if full { map.clone() } else { json!([]) }
}

/// What PHP makes of a map: an object, or `{}`, `[]` or null where it is empty.
pub(super) fn map(row: usize, full: &Value) -> Value {
    match row % 5 {
        0 => json!({}),
        1 => json!([]),
        2 => Value::Null,
        _ => full.clone(),
    }
}

/// A moment for a row, later for later rows, in the styles that the API mixes.
pub(super) fn spread(start: i64, row: usize, step: i64) -> Value {
    let style = match row % 7 {
        3 => Style::Compact,
        5 => Style::CompactPlusOne,
        _ => Style::Colon,
    };
    moment(start + seconds(row) * step, style)
}

pub(super) fn seconds(row: usize) -> i64 {
    i64::try_from(row).unwrap_or_default()
}

/// A row to link to; null if there is none.
fn pick(rows: &[Value], wanted: usize) -> &Value {
    rows.get(wanted % rows.len().max(1)).unwrap_or(&Value::Null)
}

fn id_of(rows: &[Value], wanted: usize) -> Value {
    pick(rows, wanted).get("id").cloned().unwrap_or_default()
}
