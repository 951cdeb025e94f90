//! What is claimed of forecasts and samples, held against what happens in made-up years and populations. Few of them here; the many
//! of docs/simulations.md by `make simulate`.

mod forecast;
mod sample;
mod years;

use crate::cli::repository;

/// Puts a table into docs/simulations.md, between the marks of its name, where JIJU_BLESS asks for it.
fn record(name: &str, table: &str) {
    if std::env::var_os("JIJU_BLESS").is_none() {
        return;
    }
    let path = repository("docs/simulations.md");
    let text = std::fs::read_to_string(&path).unwrap();
    let (start, end) = (format!("<!-- {name} -->\n"), format!("<!-- end of {name} -->"));
    let (before, rest) = text.split_once(&start).expect("the mark of the table");
    let (_, after) = rest.split_once(&end).expect("the end of the table");
    std::fs::write(&path, format!("{before}{start}{}\n{end}{after}", table.trim_end())).unwrap();
}
