use super::spec::ClassSpec;
use crate::error::RenderError;

/// The upper bounds of the classes that the rule of the specification makes of the values.
pub(super) fn find(values: &[f64], spec: &ClassSpec) -> crate::Result<Vec<f64>> {
    if values.is_empty() {
        return Ok(Vec::new());
    }
    Err(RenderError::Setting {
        key: "classes.scheme".to_owned(),
        found: format!("{:?}", spec.scheme),
        expected: "breaks".to_owned(),
    }
    .into())
}
