//! A connection to a server of PostgreSQL: one that waits, and holds no more than a message and what is to be sent.
//!
//! The messages themselves are `postgres-protocol`'s.

use std::io::{Error as IoError, ErrorKind, Read as _, Write as _};
use std::net::{Shutdown, TcpStream, ToSocketAddrs as _};
#[cfg(unix)]
use std::os::unix::net::UnixStream;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use fallible_iterator::FallibleIterator as _;
use postgres_protocol::IsNull;
use postgres_protocol::authentication::md5_hash;
use postgres_protocol::authentication::sasl::{ChannelBinding, SCRAM_SHA_256, ScramSha256};
use postgres_protocol::message::backend::{ErrorResponseBody, Header, Message};
use postgres_protocol::message::frontend;

use super::address::{Address, Host};
use super::password::password;
use crate::error::{DatabaseError, Error, Result};

/// The largest message that is taken: a row, with its cells.
const MAX_MESSAGE: usize = 1 << 28;
/// How much is read at once, and how much is gathered before it is sent.
const BLOCK: usize = 1 << 16;
const SENT_AT_ONCE: usize = 1 << 20;

/// A row of a short answer, its cells as text.
pub(super) type Row = Vec<Option<String>>;

/// A connection that is ready for statements.
pub(super) struct Connection {
    stream: ServerStream,
    input: BytesMut,
    output: BytesMut,
    address: String,
    /// What it is for, as messages say it: `read`, `write`.
    action: &'static str,
}

enum ServerStream {
    Network(TcpStream),
    #[cfg(unix)]
    Socket(UnixStream),
}

/// What a server answers that refuses something.
#[derive(Debug, Default)]
struct Refusal {
    code: String,
    message: String,
    detail: Option<String>,
    hint: Option<String>,
}

impl Connection {
    /// Connects, and tells the server who asks.
    ///
    /// # Errors
    ///
    /// [`DatabaseError::Connect`].
    pub(super) fn open(address: &Address, action: &'static str) -> Result<Self> {
        let failed = |message: String| refused_at_start(address, Refusal { message, ..Refusal::default() });
        let stream = ServerStream::open(address).map_err(|error| failed(error.to_string()))?;
        let text = address.text.clone();
        let mut connection = Self { stream, input: BytesMut::new(), output: BytesMut::new(), address: text, action };
        connection.stream.wait(Some(address.timeout)).map_err(|error| failed(error.to_string()))?;
        match connection.begin(address) {
            Ok(None) => {}
            Ok(Some(refusal)) => return Err(refused_at_start(address, refusal)),
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                return Err(failed(format!("the server did not answer in {} s", address.timeout.as_secs())));
            }
            Err(error) => return Err(failed(error.to_string())),
        }
        // From now on statements may take as long as they do.
        connection.stream.wait(None).map_err(|error| failed(error.to_string()))?;
        Ok(connection)
    }

    /// Says who asks, and proves it. Gives the server's refusal, if it refuses.
    fn begin(&mut self, address: &Address) -> std::io::Result<Option<Refusal>> {
        let mut about = vec![
            ("user", address.user.as_str()),
            ("database", address.database.as_str()),
            ("application_name", "jiju"),
            ("client_encoding", "UTF8"),
            ("DateStyle", "ISO, YMD"),
            ("IntervalStyle", "iso_8601"),
            ("TimeZone", "UTC"),
            ("extra_float_digits", "3"),
        ];
        about.extend(address.options.as_deref().map(|options| ("options", options)));
        frontend::startup_message(about, &mut self.output)?;
        let mut scram: Option<ScramSha256> = None;
        let mut is_proven = true;
        loop {
            self.flush()?;
            match self.message()? {
                Message::AuthenticationOk if is_proven => {}
                Message::AuthenticationOk => {
                    return Err(IoError::other("the server did not prove that it knows the user"));
                }
                Message::AuthenticationCleartextPassword => {
                    if !is_on_this_machine(address) {
                        let message =
                            "the server asks for the password as plain text, over a network that is not encrypted";
                        return Err(IoError::other(message));
                    }
                    let password = needed(address)?;
                    frontend::password_message(password.as_bytes(), &mut self.output)?;
                }
                Message::AuthenticationMd5Password(body) => {
                    let password = needed(address)?;
                    let hash = md5_hash(address.user.as_bytes(), password.as_bytes(), body.salt());
                    frontend::password_message(hash.as_bytes(), &mut self.output)?;
                }
                Message::AuthenticationSasl(body) => {
                    let mut mechanisms = body.mechanisms();
                    let mut is_known = false;
                    while let Some(mechanism) = mechanisms.next()? {
                        is_known |= mechanism == SCRAM_SHA_256;
                    }
                    if !is_known {
                        return Err(IoError::other(
                            "the server asks for a proof that is not known: expected SCRAM-SHA-256",
                        ));
                    }
                    let own = ScramSha256::new(needed(address)?.as_bytes(), ChannelBinding::unsupported());
                    frontend::sasl_initial_response(SCRAM_SHA_256, own.message(), &mut self.output)?;
                    (scram, is_proven) = (Some(own), false);
                }
                Message::AuthenticationSaslContinue(body) => {
                    let own = scram.as_mut().ok_or_else(|| IoError::other(UNEXPECTED))?;
                    own.update(body.data())?;
                    frontend::sasl_response(own.message(), &mut self.output)?;
                }
                Message::AuthenticationSaslFinal(body) => {
                    scram.take().ok_or_else(|| IoError::other(UNEXPECTED))?.finish(body.data())?;
                    is_proven = true;
                }
                Message::AuthenticationGss | Message::AuthenticationSspi | Message::AuthenticationKerberosV5 => {
                    return Err(IoError::other("the server asks for Kerberos, which this program has not"));
                }
                Message::ErrorResponse(body) => return Ok(Some(refusal(&body))),
                Message::ReadyForQuery(_) if is_proven => return Ok(None),
                Message::BackendKeyData(_) => {}
                _ => return Err(IoError::other(UNEXPECTED)),
            }
        }
    }

    /// Runs statements that answer nothing.
    ///
    /// # Errors
    ///
    /// What the server refuses, and where the connection is lost.
    pub(super) fn run(&mut self, statements: &str) -> Result<()> {
        frontend::query(statements, &mut self.output).map_err(|error| self.lost(&error))?;
        self.flush_or_told()?;
        self.until_ready()
    }

    /// The rows of a short answer. The values stand for `$1`, `$2` … in the query, whatever is in them.
    ///
    /// # Errors
    ///
    /// As [`Connection::run`].
    pub(super) fn rows(&mut self, query: &str, values: &[&str]) -> Result<Vec<Row>> {
        let asked = |output: &mut BytesMut| -> std::io::Result<()> {
            frontend::parse("", query, None, output)?;
            let value = |value: &&str, output: &mut BytesMut| {
                output.extend_from_slice(value.as_bytes());
                Ok(IsNull::No)
            };
            let bound = frontend::bind("", "", Some(0), values.iter(), value, Some(0), output);
            bound.map_err(|_| IoError::other("a value cannot be sent"))?;
            frontend::execute("", 0, output)?;
            frontend::sync(output);
            Ok(())
        };
        asked(&mut self.output).map_err(|error| self.lost(&error))?;
        self.flush_or_told()?;
        let mut rows = Vec::new();
        let mut refused = None;
        loop {
            match self.message_or_told()? {
                Message::DataRow(body) => {
                    let cells = body.ranges().map(|range| {
                        Ok(range.map(|range| {
                            String::from_utf8_lossy(body.buffer().get(range).unwrap_or_default()).into_owned()
                        }))
                    });
                    rows.push(cells.collect().map_err(|error| self.lost(&error))?);
                }
                Message::ErrorResponse(body) => refused = Some(self.refused(refusal(&body))),
                Message::ReadyForQuery(_) => return refused.map_or(Ok(rows), Err),
                _ => {}
            }
        }
    }

    /// Begins to copy the rows of a query out, which [`Connection::next_block`] then gives.
    ///
    /// # Errors
    ///
    /// As [`Connection::run`].
    pub(super) fn copy_out(&mut self, statement: &str) -> Result<()> {
        frontend::query(statement, &mut self.output).map_err(|error| self.lost(&error))?;
        self.flush_or_told()?;
        match self.message_or_told()? {
            Message::CopyOutResponse(_) => Ok(()),
            Message::ErrorResponse(body) => Err(self.refused(refusal(&body))),
            _ => Err(self.lost(&IoError::other(UNEXPECTED))),
        }
    }

    /// The next bytes that are copied out; none at the end.
    ///
    /// # Errors
    ///
    /// As [`Connection::run`].
    pub(super) fn next_block(&mut self) -> Result<Option<Bytes>> {
        loop {
            match self.message_or_told()? {
                Message::CopyData(body) => return Ok(Some(body.into_bytes())),
                Message::CopyDone => {
                    self.until_ready()?;
                    return Ok(None);
                }
                Message::ErrorResponse(body) => return Err(self.refused(refusal(&body))),
                _ => {}
            }
        }
    }

    /// Begins to copy rows in.
    ///
    /// # Errors
    ///
    /// As [`Connection::run`].
    pub(super) fn copy_in(&mut self, statement: &str) -> Result<()> {
        frontend::query(statement, &mut self.output).map_err(|error| self.lost(&error))?;
        self.flush_or_told()?;
        match self.message_or_told()? {
            Message::CopyInResponse(_) => Ok(()),
            Message::ErrorResponse(body) => Err(self.refused(refusal(&body))),
            _ => Err(self.lost(&IoError::other(UNEXPECTED))),
        }
    }

    /// Sends bytes that are copied in.
    ///
    /// # Errors
    ///
    /// Where the connection is lost.
    pub(super) fn send_block(&mut self, bytes: &[u8]) -> Result<()> {
        for bytes in bytes.chunks(SENT_AT_ONCE) {
            let data = frontend::CopyData::new(bytes).map_err(|error| self.lost(&error))?;
            data.write(&mut self.output);
            if self.output.len() >= SENT_AT_ONCE {
                self.flush_or_told()?;
            }
        }
        Ok(())
    }

    /// Ends copying in.
    ///
    /// # Errors
    ///
    /// As [`Connection::run`].
    pub(super) fn end_copy(&mut self) -> Result<()> {
        frontend::copy_done(&mut self.output);
        self.flush_or_told()?;
        self.until_ready()
    }

    /// Makes what was written in the transaction true.
    ///
    /// # Errors
    ///
    /// As [`Connection::run`]. Where the connection is lost now, nobody knows what became of it.
    pub(super) fn commit(&mut self) -> Result<()> {
        self.action = "be sure of having written";
        self.run("COMMIT")
    }

    /// Takes what the server answers until it is ready again.
    fn until_ready(&mut self) -> Result<()> {
        let mut refused = None;
        loop {
            match self.message_or_told()? {
                Message::ErrorResponse(body) => {
                    let refusal = refusal(&body);
                    // After these the server says no more.
                    if is_end(&refusal) {
                        return Err(self.refused(refusal));
                    }
                    refused = Some(self.refused(refusal));
                }
                Message::ReadyForQuery(_) => return refused.map_or(Ok(()), Err),
                _ => {}
            }
        }
    }

    fn flush_or_told(&mut self) -> Result<()> {
        let Err(error) = self.flush() else { return Ok(()) };
        // Where the server has gone it may have said why before it went.
        while let Ok(message) = self.message() {
            if let Message::ErrorResponse(body) = message {
                return Err(self.refused(refusal(&body)));
            }
        }
        Err(self.lost(&error))
    }

    fn message_or_told(&mut self) -> Result<Message> {
        self.message().map_err(|error| self.lost(&error))
    }

    /// Sends what is to be sent.
    fn flush(&mut self) -> std::io::Result<()> {
        let bytes = self.output.split();
        self.stream.send(&bytes)
    }

    /// The next message that answers something.
    fn message(&mut self) -> std::io::Result<Message> {
        loop {
            if let Some(header) = Header::parse(&self.input)?
                && usize::try_from(header.len()).is_ok_and(|length| length > MAX_MESSAGE)
            {
                return Err(IoError::other(format!("a row is larger than the limit of {MAX_MESSAGE} bytes")));
            }
            match Message::parse(&mut self.input)? {
                Some(Message::NoticeResponse(_) | Message::ParameterStatus(_) | Message::NotificationResponse(_)) => {}
                Some(message) => return Ok(message),
                None => {
                    let before = self.input.len();
                    self.input.resize(before + BLOCK, 0);
                    let read = self.stream.receive(&mut self.input[before..]);
                    self.input.truncate(before + *read.as_ref().unwrap_or(&0));
                    if read? == 0 {
                        return Err(IoError::new(ErrorKind::UnexpectedEof, "the server closed it"));
                    }
                }
            }
        }
    }

    fn lost(&self, error: &IoError) -> Error {
        let (action, address, message) = (self.action, self.address.clone(), error.to_string());
        DatabaseError::Lost { action, address, message }.into()
    }

    fn refused(&self, refusal: Refusal) -> Error {
        let (action, address) = (self.action, self.address.clone());
        if is_end(&refusal) {
            return DatabaseError::Lost { action, address, message: refusal.message }.into();
        }
        let hint = advice(&refusal);
        DatabaseError::Refused { action, address, message: refusal.said(), hint }.into()
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        let mut farewell = BytesMut::new();
        frontend::terminate(&mut farewell);
        // The server notices a closed connection too.
        let _ = self.stream.wait(Some(Duration::from_millis(100))).and_then(|()| self.stream.send(&farewell));
        self.stream.close();
    }
}

/// What is said of an answer that does not belong where it stands.
const UNEXPECTED: &str = "the server answers what no PostgreSQL does";

impl Refusal {
    fn said(&self) -> String {
        let detail = self.detail.as_ref().map(|detail| format!(": {detail}")).unwrap_or_default();
        let code = if self.code.is_empty() { String::new() } else { format!(" (SQLSTATE {})", self.code) };
        format!("{}{detail}{code}", self.message)
    }
}

fn refusal(body: &ErrorResponseBody) -> Refusal {
    let mut refusal = Refusal::default();
    let mut fields = body.fields();
    while let Ok(Some(field)) = fields.next() {
        let text = || String::from_utf8_lossy(field.value_bytes()).replace('\n', " ");
        match field.type_() {
            b'C' => refusal.code = text(),
            b'M' => refusal.message = text(),
            b'D' => refusal.detail = Some(text()),
            b'H' => refusal.hint = Some(text()),
            _ => {}
        }
    }
    refusal
}

/// Whether the server ends the connection with this: it is shut down, or was told to end it.
fn is_end(refusal: &Refusal) -> bool {
    refusal.code.starts_with("57P0") && refusal.code != "57P03"
}

/// Advice on what the server refused.
fn advice(refusal: &Refusal) -> Option<String> {
    let own = match refusal.code.as_str() {
        "42501" => Some("ask for the right to do so, or name another user: user=NAME"),
        "25006" => Some("this server or this user may only read: write to another place"),
        "2BP01" => Some("other tables or views depend on it: write to another table"),
        "22021" | "22P05" => Some("the database does not hold texts in UTF-8: read from and write to one that does"),
        _ => None,
    };
    own.map(str::to_owned).or_else(|| refusal.hint.clone())
}

/// The error that there is no connection.
fn refused_at_start(address: &Address, refusal: Refusal) -> Error {
    let hint = match refusal.code.as_str() {
        "28P01" | "28000" => Some(
            "user and password must be those of the server: PGPASSWORD or the password file (~/.pgpass, PGPASSFILE)",
        ),
        "3D000" => Some("name the database: dbname=NAME, or the last part of a URL"),
        "" => Some("see that the server runs, and name it: host=NAME or host=/FOLDER/OF/ITS/SOCKET, and port=NUMBER"),
        _ => None,
    };
    let hint = hint.filter(|_| !refusal.message.contains("password file"));
    let place = match &address.host {
        Host::Socket(folder) if refusal.code.is_empty() => format!("{}/.s.PGSQL.{}: ", folder.display(), address.port),
        Host::Network(host) if refusal.code.is_empty() => format!("{host}, port {}: ", address.port),
        _ => String::new(),
    };
    let message = format!("{place}{}", refusal.said());
    DatabaseError::Connect { address: address.text.clone(), message, hint: hint.map(str::to_owned) }.into()
}

/// The password that the server asks for.
fn needed(address: &Address) -> std::io::Result<String> {
    let found = password(address).map_err(IoError::other)?;
    found.ok_or_else(|| {
        IoError::other("the server asks for a password, and neither PGPASSWORD nor a password file has one for it")
    })
}

fn is_on_this_machine(address: &Address) -> bool {
    match &address.host {
        Host::Socket(_) => true,
        Host::Network(host) => {
            host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
        }
    }
}

impl ServerStream {
    fn open(address: &Address) -> std::io::Result<Self> {
        match &address.host {
            #[cfg(unix)]
            Host::Socket(folder) => {
                UnixStream::connect(folder.join(format!(".s.PGSQL.{}", address.port))).map(Self::Socket)
            }
            #[cfg(not(unix))]
            Host::Socket(_) => Err(IoError::other("this system has no Unix sockets: name a host")),
            Host::Network(host) => {
                let mut last = IoError::other("it has no address");
                for place in (host.as_str(), address.port).to_socket_addrs()? {
                    match TcpStream::connect_timeout(&place, address.timeout) {
                        Ok(stream) => {
                            stream.set_nodelay(true)?;
                            // A server that is gone without a word is noticed.
                            let alive = socket2::TcpKeepalive::new().with_time(Duration::from_secs(60));
                            socket2::SockRef::from(&stream).set_tcp_keepalive(&alive)?;
                            return Ok(Self::Network(stream));
                        }
                        Err(error) => last = error,
                    }
                }
                Err(last)
            }
        }
    }

    /// How long it waits for an answer.
    fn wait(&self, timeout: Option<Duration>) -> std::io::Result<()> {
        match self {
            Self::Network(stream) => {
                stream.set_write_timeout(timeout)?;
                stream.set_read_timeout(timeout)
            }
            #[cfg(unix)]
            Self::Socket(stream) => {
                stream.set_write_timeout(timeout)?;
                stream.set_read_timeout(timeout)
            }
        }
    }

    fn send(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        match self {
            Self::Network(stream) => stream.write_all(bytes),
            #[cfg(unix)]
            Self::Socket(stream) => stream.write_all(bytes),
        }
    }

    fn receive(&mut self, bytes: &mut [u8]) -> std::io::Result<usize> {
        loop {
            let read = match self {
                Self::Network(stream) => stream.read(bytes),
                #[cfg(unix)]
                Self::Socket(stream) => stream.read(bytes),
            };
            match read {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                read => return read,
            }
        }
    }

    fn close(&self) {
        // One that is closed already is closed.
        let _ = match self {
            Self::Network(stream) => stream.shutdown(Shutdown::Both),
            #[cfg(unix)]
            Self::Socket(stream) => stream.shutdown(Shutdown::Both),
        };
    }
}
