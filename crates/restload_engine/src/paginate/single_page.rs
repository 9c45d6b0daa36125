//! `single_page`: one page.

use super::StopReason;

/// After the only page there is none.
pub(super) const STOP: StopReason = StopReason::SinglePage;
