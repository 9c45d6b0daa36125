//! The patterns of texts that the schema emits, and the structure pass knows.

/// Names of specs, inputs, resources and combinations.
pub(crate) const NAME: &str = "^[a-z][a-z0-9_-]*$";

/// A text with a template in it.
pub(crate) const TEMPLATE: &str = "\\{\\{";

/// A column's type that has parameters.
pub(crate) const DECIMAL: &str = "^decimal\\([0-9]{1,2}, ?[0-9]{1,2}\\)$";
