//! The address of a table in a database.

use std::path::{Path, PathBuf};
use std::time::Duration;

use percent_encoding::percent_decode_str;

use super::super::layer_path::MARK;
use crate::error::{DatabaseError, Result};

/// What begins an address, in small letters.
const SCHEMES: [&str; 3] = ["pg:", "postgresql://", "postgres://"];

/// What says that a table may be replaced.
const REPLACE: &str = "|replace=yes";

/// How long a server may take to answer at first.
const TIMEOUT: Duration = Duration::from_secs(30);

/// The keywords that an address may have.
const KEYWORDS: &str = "host, port, user, dbname, connect_timeout, sslmode, passfile, options";

/// Where a server listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Host {
    /// A folder with a Unix socket.
    Socket(PathBuf),
    /// A name or an address of a network.
    Network(String),
}

/// The address of a database, and the table that is named with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Address {
    /// As it was given. It holds no password.
    pub text: String,
    pub host: Host,
    pub port: u16,
    pub user: String,
    pub database: String,
    pub timeout: Duration,
    pub passfile: Option<String>,
    /// What the server is told at the start, such as `-c statement_timeout=1min`.
    pub options: Option<String>,
    /// The table, `SCHEMA.TABLE` or `TABLE`.
    pub table: Option<String>,
    /// Whether the table may be replaced.
    pub replaces: bool,
}

/// Whether a path is the address of a database: `PG:` and keywords, or a URL of PostgreSQL.
///
/// # Examples
///
/// ```
/// use std::path::Path;
/// use jiju::source::is_database;
///
/// assert!(is_database(Path::new("PG:dbname=gis|layername=public.区划")));
/// assert!(is_database(Path::new("postgresql://planner@db.example/gis|layername=区划")));
/// assert!(!is_database(Path::new("gis.gpkg|layername=区划")));
/// ```
#[must_use]
pub fn is_database(path: &Path) -> bool {
    path.to_str().is_some_and(is_meant)
}

fn is_meant(text: &str) -> bool {
    scheme(text).is_some()
}

/// The scheme that a text begins with.
fn scheme(text: &str) -> Option<&'static str> {
    SCHEMES.into_iter().find(|scheme| text.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)))
}

/// Whether a text holds the address of a database with a password in it, be it well formed or not.
///
/// # Examples
///
/// ```
/// use jiju::source::holds_password;
///
/// assert!(holds_password("--areas=postgresql://planner:secret@db.example/gis"));
/// assert!(holds_password("PG:dbname=gis password=secret"));
/// assert!(!holds_password("postgresql://planner@db.example:5432/gis"));
/// assert!(!holds_password("notes on the password=… of PostgreSQL"));
/// ```
#[must_use]
pub fn holds_password(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    SCHEMES.iter().flat_map(|scheme| lower.match_indices(scheme).map(|(at, found)| at + found.len())).any(|start| {
        let rest = &lower[start..];
        let decoded = percent_decode_str(rest).decode_utf8_lossy().into_owned();
        // `PG:` may be followed by a URL, which is found by its own scheme.
        let authority = rest.split(['/', '?', '"', '\'']).next().unwrap_or_default();
        let before_host = authority.rsplit_once('@').map(|(user, _)| user);
        let is_url = lower[..start].ends_with("//");
        // A password with a slash in it ends the authority too early; what looks like one is one.
        let whole = rest.split(MARK).next().unwrap_or_default().split(char::is_whitespace).next().unwrap_or_default();
        let until_at = whole.rsplit_once('@').map(|(user, _)| user);
        let in_url = is_url && before_host.or(until_at).is_some_and(|user| user.contains(':'));
        in_url || names_password(rest) || names_password(&decoded)
    })
}

/// Whether a keyword of a password stands before a sign of equality.
fn names_password(text: &str) -> bool {
    ["password", "passwd"]
        .iter()
        .any(|word| text.match_indices(word).any(|(at, found)| text[at + found.len()..].trim_start().starts_with('=')))
}

/// Refuses a text that holds the address of a database with a password in it.
///
/// # Errors
///
/// [`DatabaseError::Password`], which does not show the text.
pub fn refuse_password(text: &str, place: &str) -> Result<()> {
    if holds_password(text) {
        return Err(DatabaseError::Password { place: place.to_owned() }.into());
    }
    Ok(())
}

/// Refuses a file that is written by hand and holds the address of a database with a password in it.
///
/// # Errors
///
/// [`DatabaseError::Password`], with the file and the line.
pub fn refuse_passwords(text: &str, file: &str) -> Result<()> {
    let lines = (1..).zip(text.lines());
    lines.into_iter().try_for_each(|(number, line)| refuse_password(line, &format!(" in {file}, line {number}")))
}

/// The parts of an address: the database, the table, and whether it may be replaced.
fn parts(text: &str) -> (&str, Option<&str>, bool) {
    let (text, replaces) = text.strip_suffix(REPLACE).map_or((text, false), |text| (text, true));
    match text.split_once(MARK) {
        Some((database, table)) => (database, Some(table), replaces),
        None => (text, None, replaces),
    }
}

/// The table that an address names.
pub(in crate::source) fn table_of(path: &Path) -> Option<&str> {
    path.to_str().filter(|text| is_meant(text)).and_then(|text| parts(text).1)
}

/// The address without the name of a table.
pub(super) fn base(text: &str) -> &str {
    parts(text).0
}

/// What a layer of a database is called where nothing else says so: its table without the schema, else the database.
pub(in crate::source) fn stem(path: &Path) -> Option<String> {
    let text = path.to_str().filter(|text| is_meant(text))?;
    match parts(text).1 {
        Some(table) => {
            let table =
                table.strip_suffix(')').and_then(|table| table.rsplit_once('(')).map_or(table, |(table, _)| table);
            Some(split_name(table).1)
        }
        None => Address::parse(text).map(|address| address.database).ok(),
    }
}

/// A name as `SCHEMA.TABLE` or `TABLE`, either of them in double quotes or not.
pub(super) fn split_name(name: &str) -> (Option<String>, String) {
    let unquoted = |part: &str| match part.strip_prefix('"').and_then(|part| part.strip_suffix('"')) {
        Some(inner) => inner.replace("\"\"", "\""),
        None => part.to_owned(),
    };
    if let Some((schema, table)) = name.split_once("\".").filter(|_| name.starts_with('"')) {
        return (Some(unquoted(&format!("{schema}\""))), unquoted(table));
    }
    match name.split_once('.').filter(|_| !name.starts_with('"')) {
        Some((schema, table)) => (Some(schema.to_owned()), unquoted(table)),
        None => (None, unquoted(name)),
    }
}

impl Address {
    /// Takes an address apart. What it leaves out comes from the variables of the environment that programs of PostgreSQL
    /// know (PGHOST, PGPORT, PGUSER, PGDATABASE).
    pub(super) fn parse(text: &str) -> Result<Self> {
        Self::parse_in(text, &|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
    }

    pub(super) fn from_path(path: &Path) -> Result<Self> {
        Self::parse(path.to_str().unwrap_or_default())
    }

    fn parse_in(text: &str, variable: &dyn Fn(&str) -> Option<String>) -> Result<Self> {
        refuse_password(text, "")?;
        let (database, table, replaces) = parts(text);
        let fault = |message: String, hint: Option<&str>| DatabaseError::Address {
            address: text.to_owned(),
            message,
            hint: hint.map(str::to_owned),
        };
        let rest = match scheme(database) {
            Some("pg:") => database["pg:".len()..].trim(),
            _ => database,
        };
        let given = match scheme(rest) {
            Some("pg:") | None => keywords(rest),
            Some(scheme) => of_url(&rest[scheme.len()..]),
        };
        let given = given.map_err(|message| fault(message, None))?;
        let mut known: [Option<String>; 8] = Default::default();
        for (keyword, value) in given {
            let keyword = if keyword == "hostaddr" { "host".to_owned() } else { keyword };
            match KEYWORDS.split(", ").position(|known| known == keyword) {
                Some(position) => known[position] = Some(value).filter(|value| !value.is_empty()),
                // What is passed on to servers and libraries, and means nothing here.
                None if matches!(
                    keyword.as_str(),
                    "application_name" | "fallback_application_name" | "client_encoding"
                ) => {}
                None if matches!(keyword.as_str(), "schemas" | "active_schema" | "tables") => {
                    let hint = "name the table behind the address: |layername=SCHEMA.TABLE";
                    return Err(fault(
                        format!("found the keyword `{keyword}`, expected some of {KEYWORDS}"),
                        Some(hint),
                    )
                    .into());
                }
                None => {
                    return Err(
                        fault(format!("found the keyword `{keyword}`, expected some of {KEYWORDS}"), None).into()
                    );
                }
            }
        }
        let [host, port, user, name, timeout, sslmode, passfile, options] = known;
        let host = host.or_else(|| variable("PGHOST")).unwrap_or_else(default_host);
        if host.contains(',') {
            return Err(fault("found several hosts, expected one".to_owned(), None).into());
        }
        let port = port.or_else(|| variable("PGPORT")).unwrap_or_else(|| "5432".to_owned());
        let port = port.parse().map_err(|_| fault(format!("found the port `{port}`, expected a number"), None))?;
        let user = user.or_else(|| ["PGUSER", "USER", "LOGNAME", "USERNAME"].into_iter().find_map(variable));
        let user = user.ok_or_else(|| fault("it names no user".to_owned(), Some("give `user=NAME`")))?;
        let database = name.or_else(|| variable("PGDATABASE")).unwrap_or_else(|| user.clone());
        let timeout = timeout.or_else(|| variable("PGCONNECT_TIMEOUT")).map_or(Ok(TIMEOUT), |seconds| {
            let message = format!("found the connect_timeout `{seconds}`, expected whole seconds");
            seconds.parse().map(Duration::from_secs).map_err(|_| fault(message, None))
        })?;
        let sslmode = sslmode.or_else(|| variable("PGSSLMODE"));
        if let Some(mode) = sslmode.filter(|mode| !matches!(mode.as_str(), "disable" | "allow" | "prefer")) {
            let message = format!("found the sslmode `{mode}`, and this program does not encrypt connections");
            let hint = "on the server's own machine use its Unix socket (host=/var/run/postgresql); from another one a tunnel: \
                        ssh -L 5433:localhost:5432 SERVER, then host=localhost port=5433";
            return Err(fault(message, Some(hint)).into());
        }
        Ok(Self {
            text: text.to_owned(),
            host: if host.starts_with('/') { Host::Socket(host.into()) } else { Host::Network(host) },
            port,
            user,
            database,
            timeout: if timeout.is_zero() { TIMEOUT } else { timeout },
            passfile: passfile.or_else(|| variable("PGPASSFILE")),
            options: options.or_else(|| variable("PGOPTIONS")),
            table: table.map(str::to_owned),
            replaces,
        })
    }
}

/// The host of a server on this machine.
fn default_host() -> String {
    let folders = ["/var/run/postgresql", "/tmp"];
    let has_socket = |folder: &&str| Path::new(folder).join(".s.PGSQL.5432").exists();
    folders.into_iter().find(has_socket).unwrap_or("localhost").to_owned()
}

/// Keywords with their values, as libpq has them: `host=/tmp dbname='a b'`.
fn keywords(text: &str) -> Result<Vec<(String, String)>, String> {
    let mut found = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let (keyword, after) = rest.split_once('=').ok_or("a keyword has no value: expected keyword=value")?;
        let keyword = keyword.trim_end();
        if keyword.is_empty() || keyword.contains(char::is_whitespace) {
            return Err("expected pairs of keyword=value with blanks between them".to_owned());
        }
        let after = after.trim_start();
        let is_quoted = after.starts_with('\'');
        let mut value = String::new();
        let mut end = after.len();
        let mut characters = after.char_indices().skip(usize::from(is_quoted));
        let mut is_closed = !is_quoted;
        while let Some((at, character)) = characters.next() {
            match character {
                '\\' => value.extend(characters.next().map(|(_, escaped)| escaped)),
                '\'' if is_quoted => {
                    (is_closed, end) = (true, at + 1);
                    break;
                }
                blank if !is_quoted && blank.is_whitespace() => {
                    end = at;
                    break;
                }
                other => value.push(other),
            }
        }
        if !is_closed {
            return Err(format!("the value of `{keyword}` has no closing quote"));
        }
        found.push((keyword.to_ascii_lowercase(), value));
        rest = after[end..].trim_start();
    }
    Ok(found)
}

/// The keywords of a URL, whose scheme is taken off.
fn of_url(text: &str) -> Result<Vec<(String, String)>, String> {
    let decoded = |text: &str| {
        let text = percent_decode_str(text).decode_utf8().map_err(|_| "a part of it is no UTF-8".to_owned())?;
        Ok::<_, String>(text.into_owned())
    };
    let (text, query) = text.split_once('?').map_or((text, ""), |(text, query)| (text, query));
    let (authority, name) = text.split_once('/').map_or((text, ""), |(authority, name)| (authority, name));
    let (user, server) = authority.rsplit_once('@').map_or(("", authority), |(user, server)| (user, server));
    let (host, port) = match server.strip_prefix('[').and_then(|server| server.split_once(']')) {
        Some((host, rest)) => (host, rest.strip_prefix(':').unwrap_or_default()),
        None => server.split_once(':').unwrap_or((server, "")),
    };
    let mut found = Vec::new();
    for (keyword, value) in [("user", user), ("host", host), ("port", port), ("dbname", name)] {
        found.push((keyword.to_owned(), decoded(value)?));
    }
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (keyword, value) = pair.split_once('=').ok_or("a keyword behind `?` has no value")?;
        found.push((decoded(keyword)?.to_ascii_lowercase(), decoded(value)?));
    }
    found.retain(|(_, value)| !value.is_empty());
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<Address> {
        Address::parse_in(text, &|name| (name == "USER").then(|| "me".to_owned()))
    }

    #[test]
    fn the_spellings_of_an_address_are_one() {
        let expected = parsed("PG:host=/tmp/so port=5433 user='pl anner' dbname=规划|layername=a.区划").unwrap();
        assert_eq!(expected.host, Host::Socket("/tmp/so".into()));
        assert_eq!((expected.user.as_str(), expected.database.as_str()), ("pl anner", "规划"));
        assert_eq!((expected.port, expected.table.as_deref()), (5433, Some("a.区划")));
        for text in [
            "pg: dbname = '规划' user=pl\\ anner  port=5433 host='/tmp/so'|layername=a.区划",
            "postgresql://pl%20anner@%2Ftmp%2Fso:5433/规划|layername=a.区划",
            "postgres:///%E8%A7%84%E5%88%92?host=/tmp/so&port=5433&user=pl%20anner|layername=a.区划",
            "PG:postgresql://pl%20anner@/规划?host=/tmp/so&port=5433|layername=a.区划",
        ] {
            let found = parsed(text).unwrap();
            assert_eq!(Address { text: expected.text.clone(), ..found }, expected, "{text}");
        }
        let v6 = parsed("postgresql://[::1]:7/x").unwrap();
        assert_eq!((v6.host, v6.port, v6.table), (Host::Network("::1".into()), 7, None));
    }

    #[test]
    fn what_is_left_out_has_the_usual_value() {
        let bare = parsed("PG:host=db").unwrap();
        assert_eq!((bare.user.as_str(), bare.database.as_str(), bare.port), ("me", "me", 5432));
        let replaced = parsed("PG:dbname=a|layername=b|replace=yes").unwrap();
        assert!(replaced.replaces && replaced.table.as_deref() == Some("b"));
        assert!(!parsed("PG:dbname=a|layername=b|replace=no").unwrap().replaces);
    }

    #[test]
    fn a_password_is_refused_however_it_is_written() {
        for text in [
            "PG:dbname=a password=geheim",
            "PG:dbname=a PASSWORD = 'geheim'",
            "PG:dbname=a passwd=geheim",
            "PG:dbname=a sslpassword=geheim",
            "postgresql://me:geheim@db/a",
            "postgresql://me:ge/he?im@db/a",
            "postgresql://:geheim@db/a",
            "postgresql://me@db/a?password=geheim",
            "postgresql://me@db/a?pass%77ord=geheim",
            "PG:postgresql://me:geheim@db/a",
        ] {
            let error = parsed(text).unwrap_err().to_string();
            assert!(error.contains("password") && !error.contains("geheim"), "{error}");
        }
        assert!(!holds_password("PG:dbname=a user=b host=c|layername=password"));
        assert!(!holds_password("postgresql://[::1]:5432/a"));
    }

    #[test]
    fn what_is_not_understood_is_said() {
        for (text, word) in [
            ("PG:gis", "keyword=value"),
            ("PG:dbname='gis", "closing quote"),
            ("PG:dbname=gis service=x", "`service`"),
            ("PG:dbname=gis tables=x", "`tables`"),
            ("PG:dbname=gis port=x", "`x`"),
            ("PG:dbname=gis sslmode=require", "encrypt"),
            ("PG:dbname=gis host=a,b", "several hosts"),
        ] {
            let error = parsed(text).unwrap_err().to_string();
            assert!(error.contains(word), "{error}");
        }
    }

    #[test]
    fn a_name_is_a_schema_and_a_table() {
        let pair = |schema: Option<&str>, table: &str| (schema.map(str::to_owned), table.to_owned());
        assert_eq!(split_name("区划"), pair(None, "区划"));
        assert_eq!(split_name("规划.区划"), pair(Some("规划"), "区划"));
        assert_eq!(split_name("a.b.c"), pair(Some("a"), "b.c"));
        assert_eq!(split_name("\"a.b\""), pair(None, "a.b"));
        assert_eq!(split_name("\"a.b\".\"c\"\"d\""), pair(Some("a.b"), "c\"d"));
        assert_eq!(stem(Path::new("PG:dbname=x|layername=规划.区划(geom)")).as_deref(), Some("区划"));
    }
}
