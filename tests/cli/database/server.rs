//! A server of PostgreSQL for the tests: in a folder of its own, on a Unix socket alone, gone with the last test that uses it.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, Weak};
use std::time::Duration;

use tempfile::TempDir;

/// The user that owns the cluster; everybody on the socket is believed, but for the users of these ways to prove it.
pub const OWNER: &str = "owner";
const ACCESS: &str = "\
local all by_scram scram-sha-256
local all by_md5 md5
local all by_text password
local all all trust
";

/// What watches over the server: it ends when the test program is gone, in whatever way, since that holds the other end of its
/// standard input.
const WATCH: &str = r#"
trap '' INT TERM HUP
"$@" > "$FOLDER/log" 2>&1 &
server=$!
cat > /dev/null
kill -INT $server
wait $server
rm -rf "$FOLDER"
"#;

pub struct Server {
    folder: TempDir,
    watch: Child,
    count: AtomicU32,
}

/// A database of one test, with PostGIS.
pub struct Database {
    pub server: Arc<Server>,
    pub name: String,
}

/// The programs of PostgreSQL, of the newest version there is.
fn programs() -> PathBuf {
    let folder = Path::new("/usr/lib/postgresql");
    let versions = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path().join("bin"));
    let mut versions: Vec<PathBuf> = versions.filter(|bin| bin.join("initdb").exists()).collect();
    versions.sort();
    versions.pop().expect("PostgreSQL with PostGIS is missing: scripts/setup.sh test")
}

/// A command by a user that is not root, for whom the server does not run.
fn unprivileged(program: &Path) -> Command {
    let is_root = Command::new("id").arg("-u").output().unwrap().stdout == b"0\n";
    if !is_root {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]).arg(program);
    command
}

impl Server {
    /// The server that all tests share; started by the first of them.
    pub fn shared() -> Arc<Self> {
        static SHARED: Mutex<Weak<Server>> = Mutex::new(Weak::new());
        let mut shared = SHARED.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(server) = shared.upgrade() {
            return server;
        }
        let server = Arc::new(Self::start());
        *shared = Arc::downgrade(&server);
        server
    }

    fn start() -> Self {
        let folder = tempfile::Builder::new().prefix("jiju-pg").tempdir_in("/tmp").unwrap();
        let path = folder.path().to_owned();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        if Command::new("id").arg("-u").output().unwrap().stdout == b"0\n" {
            assert!(Command::new("chown").arg("postgres").arg(&path).status().unwrap().success());
        }
        let data = path.join("data");
        let made = unprivileged(&programs().join("initdb"))
            .args(["-U", OWNER, "--auth=trust", "-E", "UTF8", "--locale=C", "-D"])
            .arg(&data)
            .current_dir("/")
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        fs::write(data.join("pg_hba.conf"), ACCESS).unwrap();
        let server = unprivileged(&programs().join("postgres"));
        let mut watch = Command::new("sh");
        watch.args(["-c", WATCH, "sh"]).arg(server.get_program()).args(server.get_args());
        watch.arg("-D").arg(&data).arg("-k").arg(&path);
        for setting in ["listen_addresses=", "fsync=off", "full_page_writes=off", "lc_messages=C", "max_connections=60"]
        {
            watch.args(["-c", setting]);
        }
        let watch = watch.env("FOLDER", &path).current_dir("/").stdin(Stdio::piped()).spawn().unwrap();
        let server = Self { folder, watch, count: AtomicU32::new(0) };
        let is_there = (0..600).any(|_| {
            std::thread::sleep(Duration::from_millis(50));
            server.psql("postgres", "SELECT 1").is_ok()
        });
        let log = fs::read_to_string(path.join("log")).unwrap_or_default();
        assert!(is_there, "{log}");
        server.psql("postgres", "CREATE DATABASE template_gis").unwrap();
        server.psql("template_gis", "CREATE EXTENSION postgis").unwrap();
        server
    }

    pub fn socket(&self) -> &Path {
        self.folder.path()
    }

    /// The answer to statements, cells with `|` between them; or what the server refuses.
    pub fn psql(&self, database: &str, statements: &str) -> Result<String, String> {
        let output = Command::new(programs().join("psql"))
            .args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-U", OWNER, "-h"])
            .arg(self.socket())
            .args(["-d", database, "-c", statements])
            .env("PGOPTIONS", "-c client_min_messages=warning")
            .output()
            .unwrap();
        match output.status.success() {
            true => Ok(String::from_utf8(output.stdout).unwrap().trim_end().to_owned()),
            false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.watch.stdin.take());
        let _ = self.watch.wait();
    }
}

impl Database {
    /// A new database, filled by statements.
    pub fn new(statements: &str) -> Self {
        let server = Server::shared();
        // Databases copied from one template are copied one after the other.
        static COPIED: Mutex<()> = Mutex::new(());
        let guard = COPIED.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let name = format!("规划{}", server.count.fetch_add(1, Ordering::SeqCst));
        server.psql("postgres", &format!("CREATE DATABASE \"{name}\" TEMPLATE template_gis")).unwrap();
        drop(guard);
        let database = Self { server, name };
        database.run(statements);
        database
    }

    /// Its address.
    pub fn address(&self) -> String {
        format!("PG:host={} user={OWNER} dbname={}", self.server.socket().display(), self.name)
    }

    /// The address of one of its tables.
    pub fn table(&self, table: &str) -> String {
        format!("{}|layername={table}", self.address())
    }

    /// What statements answer.
    pub fn run(&self, statements: &str) -> String {
        self.server.psql(&self.name, statements).unwrap_or_else(|refusal| panic!("{statements}: {refusal}"))
    }

    /// Whether a table is there.
    pub fn has(&self, table: &str) -> bool {
        self.run(&format!("SELECT to_regclass('{table}') IS NOT NULL")) == "t"
    }

    /// The columns of a table with their types, one on each line.
    pub fn columns(&self, table: &str) -> String {
        self.run(&format!(
            "SELECT attname || ' ' || format_type(atttypid, atttypmod) FROM pg_attribute \
             WHERE attrelid = '{table}'::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum"
        ))
    }
}
