//! Response actions, settled.

use restload_diag::{Diagnostic, Part, Pointer};
use serde_json::Value;

use super::Settler;
use crate::AnswerPlace;
use crate::plan::{ResponseActionPlan, WaitPlan};
use crate::spec::{ActionWait, ActionWord, ResetFormat, Resource, ResponseAction};
use crate::{Path, Test};

impl Settler<'_> {
    /// What answers of a resource mean: its own actions, then the client's, then what GraphQL says.
    pub(super) fn response_actions(&mut self, name: &str, resource: &Resource) -> Vec<ResponseActionPlan> {
        let own = resource.response_actions.clone().unwrap_or_default();
        let at = self.at(name, &["response_actions"]);
        let mut plans = self.actions(&own, &at);
        let restarts = own.iter().position(|action| action.action == ActionWord::RestartWalk);
        let is_broken = self.is_broken(&self.at(name, &["incremental"]));
        if let Some(n) = restarts.filter(|_| resource.incremental.is_none() && !is_broken) {
            let message = "a walk without `incremental` begins at no stored cursor";
            let fault = Diagnostic::error("key-of-no-use", at.join(n).join("action"), message);
            self.fault(fault.help("write `action: fail`, or add an `incremental`"));
        }
        self.check_renewals(name, resource, &own, &at);
        let client = self.spec.client.response_actions.clone().unwrap_or_default();
        let at = Pointer::root().join("client").join("response_actions");
        plans.extend(self.actions(&client, &at));
        plans.extend(self.of_graphql(name, resource));
        plans
    }

    /// A token is renewed where there is one: by an action of a resource in its own auth, by one of the client in any.
    fn check_renewals(&mut self, name: &str, resource: &Resource, own: &[ResponseAction], at: &Pointer) {
        let at_client = Pointer::root().join("client");
        let is_broken = |settler: &Self, name: &str| {
            settler.is_broken(&settler.at(name, &["auth"])) || settler.is_broken(&at_client.join("auth"))
        };
        let asks = |settler: &Self, resource: &Resource| {
            let auth = resource.auth.as_ref().or(settler.spec.client.auth.as_ref());
            auth.is_some_and(crate::spec::Auth::may_ask_for_token)
        };
        // Most renew nothing, and there may be thousands of resources to look through.
        let renew = |actions: &[ResponseAction]| actions.iter().any(|it| it.action == ActionWord::Renew);
        if renew(own) && !asks(self, resource) && !is_broken(self, name) {
            self.renews_nothing(own, at, "`auth` of this resource asks for no token");
        }
        let of_client = self.spec.client.response_actions.clone().unwrap_or_default();
        let any = !renew(&of_client)
            || self.resolved.iter().any(|other| {
                asks(self, &other.resource) || is_broken(self, &other.name) || other.is_broken("auth")
            });
        if !any {
            self.renews_nothing(
                &of_client,
                &at_client.join("response_actions"),
                "no `auth` asks for a token",
            );
        }
    }

    fn renews_nothing(&mut self, actions: &[ResponseAction], at: &Pointer, message: &str) {
        for (n, _) in actions.iter().enumerate().filter(|(_, action)| action.action == ActionWord::Renew) {
            let fault = Diagnostic::error("key-of-no-use", at.join(n).join("action"), message);
            self.fault(fault.help(
                "`auth` of type `oauth2` or `session` has a token to renew; elsewhere write `fail` or `retry`",
            ));
        }
    }

    fn actions(&mut self, written: &[ResponseAction], at: &Pointer) -> Vec<ResponseActionPlan> {
        let settled = written.iter().enumerate().filter_map(|(n, action)| self.action(action, &at.join(n)));
        settled.collect()
    }

    fn action(&mut self, written: &ResponseAction, at: &Pointer) -> Option<ResponseActionPlan> {
        let when = written.when.as_ref().map(|test| self.test(test, &at.join("when")));
        if let Some(Some(Test { place: AnswerPlace::Row(_), .. })) = &when {
            let message = "an answer is judged before its rows are known: `row` is not known here";
            let help = "write a path into the body, `when: error.code`, or `when: {header: Name}`";
            self.fault(Diagnostic::error("row-not-here", at.join("when"), message).help(help));
            return None;
        }
        let contains = written.contains.as_ref().map(|text| self.text(text, &at.join("contains")));
        let message = written.message.as_ref().map(|text| self.text(text, &at.join("message")));
        let retries = written.action == ActionWord::Retry;
        let wait = written.wait.as_ref().map(|wait| match wait {
            ActionWait::For(text) => {
                WaitPlan::For(self.duration(Some(text), std::time::Duration::ZERO, &at.join("wait")))
            }
            ActionWait::Told(told) => {
                WaitPlan::Told(told.header.clone(), told.format.unwrap_or(ResetFormat::Seconds))
            }
        });
        let odd = [
            ("wait", wait.is_some() && !retries, "only `action: retry` waits"),
            (
                "message",
                message.is_some() && !may_fail(written.action),
                "this action does not fail, and says nothing",
            ),
            (
                "after_retries",
                written.after_retries == Some(true) && retries,
                "`action: retry` is the asking again itself",
            ),
        ];
        for (key, _, why) in odd.iter().filter(|(_, odd, _)| *odd) {
            let message = format!("`{key}` is of no use: {why}");
            let fault = Diagnostic::error("key-of-no-use", at.join(key), message).on(Part::Key);
            self.fault(fault.help(format!("leave `{key}` out, or write another `action`")));
        }
        Some(ResponseActionPlan {
            statuses: statuses(written.status.as_ref()),
            when: match when {
                Some(test) => Some(test?),
                None => None,
            },
            contains: match contains {
                Some(text) => Some(text?),
                None => None,
            },
            action: written.action,
            after_retries: written.after_retries.unwrap_or(false),
            wait,
            message: message.flatten(),
            at: at.clone(),
        })
    }

    /// A GraphQL API answers errors with status 200: they are failures unless an action says otherwise.
    fn of_graphql(&self, name: &str, resource: &Resource) -> Option<ResponseActionPlan> {
        resource.json.as_ref()?.as_object()?.get("query").filter(|query| query.is_string())?;
        let place = AnswerPlace::Body(Path::parse("errors").ok()?);
        Some(ResponseActionPlan {
            statuses: vec![(200, 299)],
            when: Some(Test::present(place)),
            contains: None,
            action: ActionWord::Fail,
            after_retries: false,
            wait: None,
            message: Some("the answer has GraphQL `errors`".to_owned()),
            at: self.at(name, &["json"]),
        })
    }
}

fn may_fail(action: ActionWord) -> bool {
    matches!(action, ActionWord::Fail | ActionWord::Retry | ActionWord::Renew | ActionWord::SkipPage)
}

/// The statuses of an action as ranges.
fn statuses(written: Option<&Value>) -> Vec<(u16, u16)> {
    let one = |value: &Value| match value {
        Value::Number(number) => {
            number.as_u64().and_then(|status| u16::try_from(status).ok()).map(|s| (s, s))
        }
        Value::String(class) => {
            let first: u16 = class.get(..1)?.parse().ok()?;
            Some((first * 100, first * 100 + 99))
        }
        _ => None,
    };
    match written {
        None => Vec::new(),
        Some(Value::Array(items)) => items.iter().filter_map(one).collect(),
        Some(value) => one(value).into_iter().collect(),
    }
}
