//! One attempt of a request that may need a token: with the one that holds now, and again with the next where the API
//! refuses that.

use std::sync::Arc;

use restload_spec::plan::AuthPlan;

use super::auth::{Keeper, Token};
use super::connection::{Tally, Way};
use super::{Connection, Exchange, Judge, Request, Ruling, SendFailure};
use crate::slots::Slot;

impl Connection {
    /// One attempt, with the token that holds now, and what is done about its answer. A token that the API refuses is renewed,
    /// and the request sent with the next: once for each request, and not where the token is new for that very reason.
    pub(super) async fn attempt(
        &self,
        request: &Request,
        auth: &AuthPlan,
        depth: u32,
        judge: Judge<'_>,
        tally: &mut Tally,
    ) -> (Result<Exchange, SendFailure>, Ruling) {
        loop {
            let (slot, kept) = match self.pass_with_token(auth, depth, tally).await {
                Ok(passed) => passed,
                Err(failure) => return (Err(failure), Ruling::BuiltIn),
            };
            let token = kept.as_ref().map(|(_, token)| token.as_ref());
            let way = Way { auth, token, origins: &self.origins, arrived: &|_| false };
            let outcome = self.send_once(request.clone(), &way, tally).await;
            drop(slot);
            let Ok(answer) = &outcome else { return (outcome, Ruling::BuiltIn) };
            let renewable =
                kept.clone().filter(|(keeper, token)| tally.refused.is_none() && keeper.may_renew(token));
            let ruling = self.ruling(answer, judge, tally.attempts, renewable.is_some());
            if is_refusal(answer, ruling) {
                let Some((_, token)) = renewable else { return (outcome, ruling) };
                tally.refused = Some(token);
                continue;
            }
            if let Some((keeper, token)) = kept
                && !matches!(answer.status, 401 | 429 | 500..)
            {
                keeper.accepted(&token);
            }
            return (outcome, ruling);
        }
    }

    /// What is done about an answer. A new token is tried before what comes after retries.
    fn ruling(&self, answer: &Exchange, judge: Judge<'_>, attempts: u32, may_renew: bool) -> Ruling {
        if answer.status == 401 && may_renew && judge(answer, true, true) == Ruling::BuiltIn {
            return Ruling::BuiltIn;
        }
        judge(answer, self.may_go_on(attempts), self.is_retried(answer.status))
    }

    /// A slot, and the token that goes along. A token is never waited for with a slot held, and one that grew old while the
    /// limits were waited for is renewed first.
    async fn pass_with_token(
        &self,
        auth: &AuthPlan,
        depth: u32,
        tally: &mut Tally,
    ) -> Result<(Slot, Option<(Arc<Keeper>, Arc<Token>)>), SendFailure> {
        let mut kept = self.token(auth, tally.refused.as_deref()).await.map_err(SendFailure::NoToken)?;
        let slot = self.pass(depth, tally).await?;
        let grew_old = kept.as_ref().is_some_and(|(_, token)| token.is_old(self.clock.monotonic()));
        if !grew_old {
            return Ok((slot, kept));
        }
        drop(slot);
        self.budgets.give_back(&self.shares);
        kept = self.token(auth, tally.refused.as_deref()).await.map_err(SendFailure::NoToken)?;
        Ok((self.pass(depth, tally).await?, kept))
    }
}

/// Whether an answer says that the token is not good.
fn is_refusal(answer: &Exchange, ruling: Ruling) -> bool {
    match ruling {
        Ruling::BuiltIn => answer.status == 401,
        Ruling::Renew(_) => true,
        Ruling::Again(_) | Ruling::Deliver(_) => false,
    }
}
