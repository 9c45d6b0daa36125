//! The documented filters of Tapfiliate's lists; a parameter that a list does not know changes nothing.

use jiff::civil::Date;
use serde_json::Value;

use crate::ask::Ask;
use crate::table::plain;
use crate::vary::read_moment;

/// Which parameters a list knows.
pub(super) struct Filters {
    /// Parameter, and the JSON pointer to what has to be equal to it.
    equal: &'static [(&'static str, &'static str)],
    /// `date_from` and `date_to` on `created_at`, as days in UTC, both inclusive.
    dates: bool,
    /// `pending` of conversions, `status` and `paid` of commissions.
    states: bool,
}

pub(super) static NONE: Filters = Filters { equal: &[], dates: false, states: false };
pub(super) static AFFILIATES: Filters = Filters {
    equal: &[
        ("affiliate_group_id", "/affiliate_group_id"),
        ("email", "/email"),
        ("parent_id", "/parent_id"),
        ("referral_code", "/id"),
        ("source_id", "/referral_link/source_id"),
    ],
    dates: false,
    states: false,
};
pub(super) static PROSPECTS: Filters =
    Filters { equal: &[("email", "/email"), ("referral_code", "/id")], dates: false, states: false };
pub(super) static CONVERSIONS: Filters = Filters {
    equal: &[
        ("affiliate_id", "/affiliate/id"),
        ("external_id", "/external_id"),
        ("program_id", "/program/id"),
    ],
    dates: true,
    states: true,
};
pub(super) static CUSTOMERS: Filters = Filters {
    equal: &[
        ("affiliate_id", "/affiliate/id"),
        ("customer_id", "/customer_id"),
        ("program_id", "/program/id"),
    ],
    dates: true,
    states: false,
};
pub(super) static COMMISSIONS: Filters =
    Filters { equal: &[("affiliate_id", "/affiliate/id")], dates: false, states: true };
pub(super) static CLICKS: Filters =
    Filters { equal: &[("affiliate_id", "/referral_code")], dates: true, states: false };

/// A value that is not of its parameter's form.
#[derive(Debug)]
pub(super) struct Malformed;

/// Filters with the values of a request.
pub(super) struct Bound<'a> {
    equal: Vec<(&'static str, &'a str)>,
    from: Option<&'a str>,
    to: Option<&'a str>,
    pending: Option<bool>,
    status: Option<Value>,
    paid: Option<bool>,
}

impl Filters {
    /// Takes the values from a request.
    pub(super) fn bind<'a>(&self, ask: &'a Ask) -> Result<Bound<'a>, Malformed> {
        let equal = self.equal.iter();
        let equal = equal.filter_map(|(name, pointer)| Some((*pointer, ask.param(name)?))).collect();
        let state = |name| if self.states { ask.param(name) } else { None };
        let status = match state("status") {
            None => None,
            Some("approved") => Some(Value::Bool(true)),
            Some("disapproved") => Some(Value::Bool(false)),
            Some("pending") => Some(Value::Null),
            Some(_) => return Err(Malformed),
        };
        Ok(Bound {
            equal,
            from: self.day(ask, "date_from")?,
            to: self.day(ask, "date_to")?,
            pending: truth(state("pending"), ["false", "true"])?,
            status,
            paid: truth(state("paid"), ["0", "1"])?,
        })
    }

    fn day<'a>(&self, ask: &'a Ask, name: &str) -> Result<Option<&'a str>, Malformed> {
        let day = ask.param(name).filter(|_| self.dates);
        match day {
            Some(text) if text.len() != 10 || text.parse::<Date>().is_err() => Err(Malformed),
            _ => Ok(day),
        }
    }
}

impl Bound<'_> {
    pub(super) fn pass(&self, row: &Value) -> bool {
        self.equal.iter().all(|(at, wanted)| row.pointer(at).is_some_and(|value| plain(value) == *wanted))
            && self.pass_dates(row)
            && self.pending.is_none_or(|pending| is_pending(row) == pending)
            && self.status.as_ref().is_none_or(|status| row["approved"] == *status)
            && self.paid.is_none_or(|paid| row["payout"].is_null() != paid)
    }

    fn pass_dates(&self, row: &Value) -> bool {
        if self.from.is_none() && self.to.is_none() {
            return true;
        }
        let moment = row["created_at"].as_str().and_then(read_moment);
        let Some(day) = moment.map(|moment| moment.strftime("%Y-%m-%d").to_string()) else { return false };
        self.from.is_none_or(|from| day.as_str() >= from) && self.to.is_none_or(|to| day.as_str() <= to)
    }
}

/// A conversion with a commission that is neither approved nor disapproved.
fn is_pending(row: &Value) -> bool {
    let commissions = row["commissions"].as_array();
    commissions.is_some_and(|all| all.iter().any(|commission| commission["approved"].is_null()))
}

fn truth(given: Option<&str>, [no, yes]: [&str; 2]) -> Result<Option<bool>, Malformed> {
    match given {
        None => Ok(None),
        Some(value) if value == no => Ok(Some(false)),
        Some(value) if value == yes => Ok(Some(true)),
        Some(_) => Err(Malformed),
    }
}
