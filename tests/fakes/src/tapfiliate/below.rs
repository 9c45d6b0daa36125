//! What stands below Tapfiliate's affiliates and programs, and who is in which program.

use serde_json::{Value, json};

use super::data::{DAY, FIRST_AFFILIATE, FIRST_CUSTOMER, Maker, filled, map, seconds, spread};
use crate::sample::{rows, sample};
use crate::table::Tables;
use crate::vary::decimal;

impl Maker<'_> {
    /// Notes, balances, meta-data, payments and ways to be paid.
    pub(super) fn add_to_affiliates(&self, tables: &mut Tables, affiliates: &[Value], payments: &[Value]) {
        tables.add_all("balances", rows(sample!("tapfiliate/balances.json")));
        for name in ["affiliates_notes", "affiliates_payments", "affiliates_payout_methods"] {
            tables.declare(name);
        }
        for (row, affiliate) in affiliates.iter().enumerate() {
            let id = &affiliate["id"];
            tables.add_children("affiliates_notes", id, self.notes(row));
            tables.add_children("affiliates_payout_methods", id, payout_methods(row, id));
            let own = payments.iter().filter(|payment| payment["affiliate"]["id"] == *id).cloned();
            tables.add_children("affiliates_payments", id, own);
            let balances = self.balances(row);
            if row > 1 && balances.is_object() {
                tables.add_all("balances", [json!({"affiliate_id": id, "balances": balances})]);
            }
            tables.add_children("affiliates_balances", id, [balances]);
            let meta = match row {
                0 => sample!("tapfiliate/affiliates_meta.json"),
                _ => filled(&affiliate["meta_data"]),
            };
            tables.add_children("affiliates_meta", id, [meta]);
        }
    }

    fn notes(&self, row: usize) -> Vec<Value> {
        if row == 0 {
            return rows(sample!("tapfiliate/affiliates_notes.json"));
        }
        let note = |nth| {
            let created = spread(FIRST_CUSTOMER, row + nth, DAY);
            let text =
                self.dice.of("note", row + nth, &["Called", "Sent contract", "Wrote: \"wait\"\nthen called"]);
            json!({"id": 100 + 4 * row + nth, "note": text, "created_at": created})
        };
        (0..row % 3).map(note).collect()
    }

    /// Amount by currency, or `[]` where there is none.
    fn balances(&self, row: usize) -> Value {
        match row {
            0 => sample!("tapfiliate/affiliates_balances.json"),
            1 => sample!("tapfiliate/balances.json")[1]["balances"].clone(),
            _ if row.is_multiple_of(3) => {
                json!({"USD": self.dice.amount("usd", row), "EUR": self.dice.amount("eur", row)})
            }
            _ if row % 3 == 1 => json!({"GBP": self.dice.amount("gbp", row)}),
            _ => json!([]),
        }
    }

    /// Who is in which program: all in the first, a third in the others; seen from both sides.
    pub(super) fn add_memberships(&self, tables: &mut Tables, affiliates: &[Value], programs: &[Value]) {
        let samples = rows(sample!("tapfiliate/program_affiliates.json"));
        let jane = rows(sample!("tapfiliate/affiliate_programs.json"));
        tables.declare("program_affiliates");
        tables.declare("affiliates_programs");
        let mut both = Vec::new();
        for (place, program) in programs.iter().enumerate() {
            for (row, affiliate) in
                affiliates.iter().enumerate().filter(|(row, _)| place == 0 || row % 3 == 0)
            {
                let membership = match (place, samples.get(row), row) {
                    (0, Some(sample), _) => sample.clone(),
                    (1, _, 0) => membership_of(&jane[1], affiliate),
                    _ => self.membership(row + place, affiliate),
                };
                tables.add_children("program_affiliates", &program["id"], [membership.clone()]);
                both.push((row, program, membership));
            }
        }
        both.sort_by_key(|(row, ..)| *row);
        for (row, program, membership) in both {
            let mut seen = program.clone();
            for name in ["referral_link", "coupon", "approved"] {
                seen[name] = membership[name].clone();
            }
            tables.add_children("affiliates_programs", &affiliates[row]["id"], [seen]);
        }
    }

    fn membership(&self, row: usize, affiliate: &Value) -> Value {
        let mut out = affiliate.clone();
        let id = affiliate["id"].as_str().unwrap_or_default();
        let link = format!("https://tapper.inc/?ref={id}");
        out["referral_link"] =
            json!({"link": link, "asset_id": "1-aaaaaa", "source_id": format!("1-{row:06}")});
        out["coupon"] = if row.is_multiple_of(4) { format!("SAVE{row}").into() } else { Value::Null };
        out["approved"] = self.dice.of("approved", row, &[Some(true), Some(false), None]).into();
        out["applied_at"] = spread(FIRST_AFFILIATE, row, DAY);
        out
    }
}

/// An affiliate with the membership that a sample shows from the program's side.
fn membership_of(program: &Value, affiliate: &Value) -> Value {
    let mut out = affiliate.clone();
    for name in ["referral_link", "coupon", "approved"] {
        out[name] = program[name].clone();
    }
    out["applied_at"] = spread(FIRST_AFFILIATE, 0, DAY);
    out
}

fn payout_methods(row: usize, affiliate: &Value) -> Vec<Value> {
    let mut methods = rows(sample!("tapfiliate/payout_methods_of_affiliate.json"));
    if row > 0 {
        let address = format!("{}@example.com", affiliate.as_str().unwrap_or_default());
        methods[0]["details"]["paypal_address"] = address.into();
        methods[1]["details"] = map(row, &json!({"iban": format!("NL00TEST{row:010}")}));
        methods.truncate(row % 3);
    }
    methods
}

/// Commission types, levels and bonuses.
pub(super) fn add_to_programs(tables: &mut Tables, programs: &[Value]) {
    for (row, program) in programs.iter().enumerate() {
        let mut types = rows(sample!("tapfiliate/commission_types_UNCONFIRMED.json"));
        let mut levels = rows(sample!("tapfiliate/levels_UNCONFIRMED.json"));
        let mut bonuses = rows(sample!("tapfiliate/bonuses_UNCONFIRMED.json"));
        if row > 0 {
            types[0]["value"] = decimal(1000 + 125 * seconds(row));
            levels.truncate(row % 3);
            bonuses[0]["id"] = format!("bo_{}", row + 1).into();
        }
        tables.add_children("program_commission_types", &program["id"], types);
        tables.add_children("program_levels", &program["id"], levels);
        tables.add_children("program_bonuses", &program["id"], bonuses);
    }
}
