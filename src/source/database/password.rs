//! Passwords, from where programs of PostgreSQL look for them. They go to the server and nowhere else.

use std::path::{Path, PathBuf};

use super::address::{Address, Host};

/// The password for an address: that of the variable PGPASSWORD, else the first that fits in the password file.
///
/// # Errors
///
/// Why a password file that is there cannot be used.
pub(super) fn password(address: &Address) -> Result<Option<String>, String> {
    if let Some(password) = std::env::var("PGPASSWORD").ok().filter(|password| !password.is_empty()) {
        return Ok(Some(password));
    }
    let named = address.passfile.as_ref().map(PathBuf::from);
    let Some(file) = named.or_else(usual_file).filter(|file| file.is_file()) else { return Ok(None) };
    refuse_shared(&file)?;
    let text = std::fs::read_to_string(&file);
    let text = text.map_err(|error| format!("the password file {} cannot be read: {error}", file.display()))?;
    Ok(of_lines(&text, address))
}

fn usual_file() -> Option<PathBuf> {
    if cfg!(windows) {
        return Some(Path::new(&std::env::var_os("APPDATA")?).join("postgresql").join("pgpass.conf"));
    }
    Some(Path::new(&std::env::var_os("HOME")?).join(".pgpass"))
}

/// Refuses a file that others may read.
#[cfg(unix)]
fn refuse_shared(file: &Path) -> Result<(), String> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = std::fs::metadata(file).map(|about| about.permissions().mode());
    if mode.is_ok_and(|mode| mode & 0o077 != 0) {
        return Err(format!("others may read the password file {}: chmod 600 it", file.display()));
    }
    Ok(())
}

#[cfg(not(unix))]
fn refuse_shared(_file: &Path) -> Result<(), String> {
    Ok(())
}

/// The password of the first line that fits: `host:port:database:user:password`.
fn of_lines(text: &str, address: &Address) -> Option<String> {
    let host = match &address.host {
        Host::Socket(folder) => folder.to_string_lossy().into_owned(),
        Host::Network(host) => host.clone(),
    };
    // A socket in the usual folder is this machine.
    let is_local = ["/var/run/postgresql", "/run/postgresql", "/tmp"].contains(&host.as_str());
    let port = address.port.to_string();
    text.lines().filter(|line| !line.starts_with('#')).find_map(|line| {
        let fields = fields(line);
        let [own_host, own_port, database, user, password] = fields.as_slice() else { return None };
        let fits = |own: &str, other: &str| own == "*" || own == other;
        let is_host = fits(own_host, &host) || (is_local && own_host == "localhost");
        let is_ours =
            is_host && fits(own_port, &port) && fits(database, &address.database) && fits(user, &address.user);
        is_ours.then(|| password.clone())
    })
}

/// The fields of a line; a backslash keeps the sign behind it.
fn fields(line: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut characters = line.trim_end_matches('\r').chars();
    while let Some(character) = characters.next() {
        let kept = match character {
            // The password is the rest.
            ':' if fields.len() < 5 => {
                fields.push(String::new());
                continue;
            }
            '\\' => characters.next(),
            other => Some(other),
        };
        if let Some(field) = fields.last_mut() {
            field.extend(kept);
        }
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_that_fits_has_the_password() {
        let address = Address::parse("PG:host=db port=5433 user=me dbname=gis").unwrap();
        let file = "# comment\nother:*:*:*:no\ndb:5432:*:*:no\ndb:5433:gis:me:a\\:b\\\\c:d\n*:*:*:*:last\n";
        assert_eq!(of_lines(file, &address).as_deref(), Some("a:b\\c:d"));
        let local = Address::parse("PG:host=/tmp user=me dbname=gis").unwrap();
        assert_eq!(of_lines("localhost:*:gis:me:x", &local).as_deref(), Some("x"));
        assert_eq!(of_lines("/tmp:*:gis:you:x\nbroken", &local), None);
    }
}
