//! One attempt of a request that may need a token: with the one that holds now, and again with the next where the API
//! refuses that.

use std::sync::Arc;

use restload_spec::plan::AuthPlan;

use super::auth::{Keeper, Token};
use super::connection::{Tally, Way};
use super::{Connection, Exchange, Request, SendFailure};
use crate::slots::Slot;

impl Connection {
    /// One attempt, with the token that holds now. One that the API refuses is renewed, and the request sent with the next:
    /// once for each request, and not where the token is new for that very reason.
    pub(super) async fn attempt(
        &self,
        request: &Request,
        auth: &AuthPlan,
        depth: u32,
        tally: &mut Tally,
    ) -> Result<Exchange, SendFailure> {
        loop {
            let (slot, kept) = self.pass_with_token(auth, depth, tally).await?;
            let token = kept.as_ref().map(|(_, token)| token.as_ref());
            let way = Way { auth, token, origins: &self.origins, arrived: &|_| false };
            let outcome = self.send_once(request.clone(), &way, tally).await;
            drop(slot);
            let (Some((keeper, token)), Ok(answer)) = (kept, &outcome) else { return outcome };
            match answer.status {
                401 if tally.refused.is_none() && keeper.may_renew(&token) => tally.refused = Some(token),
                401 | 429 | 500.. => return outcome,
                _ => {
                    keeper.accepted(&token);
                    return outcome;
                }
            }
        }
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
        self.budgets.lost(&self.shares);
        kept = self.token(auth, tally.refused.as_deref()).await.map_err(SendFailure::NoToken)?;
        Ok((self.pass(depth, tally).await?, kept))
    }
}
