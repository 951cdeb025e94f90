use crate::error::ReadError;

/// A distance in metres from text with its unit: `200m`, `0.2km`.
///
/// # Errors
///
/// [`ReadError::Distance`] where the number is missing, negative or not finite, or no unit stands behind it.
///
/// # Examples
///
/// ```
/// use jiju::model::distance_m;
/// assert_eq!(distance_m("200m").unwrap(), 200.0);
/// assert_eq!(distance_m("1.5 km").unwrap(), 1500.0);
/// assert!(distance_m("200").is_err());
/// ```
pub fn distance_m(text: &str) -> Result<f64, ReadError> {
    let trimmed = text.trim();
    let (number, metres) = match (trimmed.strip_suffix("km"), trimmed.strip_suffix('m')) {
        (Some(number), _) => (number, 1000.0),
        (None, Some(number)) => (number, 1.0),
        (None, None) => return Err(ReadError::Distance { found: text.to_owned() }),
    };
    match number.trim().parse::<f64>() {
        Ok(value) if value.is_finite() && value >= 0.0 => Ok(value * metres),
        _ => Err(ReadError::Distance { found: text.to_owned() }),
    }
}
