//! HTTPS by the real program, with certificates that sign themselves.

use std::path::Path;
use std::time::{Duration, Instant};

use rcgen::{CertifiedKey, generate_simple_self_signed};
use reqwest::{Certificate, Client, Version};
use syncline_test_support::{Program, Server, TestDatabase, both_databases, http_client};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Writes a new certificate of 127.0.0.1 with its key; gives the certificate.
fn certify(directory: &Path) -> String {
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    std::fs::write(directory.join("tls.crt"), cert.pem()).unwrap();
    std::fs::write(directory.join("tls.key"), signing_key.serialize_pem()).unwrap();
    cert.pem()
}

/// A client that trusts this certificate alone, and keeps no connection.
fn trusting(certificate: &str) -> Client {
    // Installs what TLS is computed with.
    drop(http_client());
    Client::builder()
        .no_proxy()
        .tls_certs_only([Certificate::from_pem(certificate.as_bytes()).unwrap()])
        .pool_max_idle_per_host(0)
        .timeout(Duration::from_secs(60))
        .build()
        .unwrap()
}

fn program(db: &TestDatabase, directory: &TempDir) -> Program {
    Program::new(db.url())
        .option("--tls-cert")
        .option(directory.path().join("tls.crt"))
        .option("--tls-key")
        .option(directory.path().join("tls.key"))
}

/// A line of its log, which is written shortly after what it tells.
async fn logged(server: &Server, text: &str) {
    let begun = Instant::now();
    while !server.stderr().contains(text) {
        let log = server.stderr();
        assert!(
            begun.elapsed() < Duration::from_secs(60),
            "the log never says {text:?}: {log}"
        );
        // What the server answers to a stranger's handshake paces this.
        let _ = http_client().get(server.url()).send().await;
    }
}

both_databases! {
    async fn https_is_served_and_its_certificate_is_read_again(db: TestDatabase) {
        let directory = tempfile::tempdir().unwrap();
        let first = certify(directory.path());
        let program = program(&db, &directory);
        let token = program.token("acme");
        let server = program.serve().await;
        assert!(server.url().starts_with("https://127.0.0.1:"), "{}", server.url());
        let url = format!("{}/v2/integrations/connections", server.url());

        let answer = trusting(&first).get(&url).bearer_auth(&token).send().await.unwrap();
        assert_eq!((answer.status().as_u16(), answer.version()), (200, Version::HTTP_2));
        assert_eq!(answer.headers()["strict-transport-security"], "max-age=31536000");
        let old = Client::builder().http1_only().no_proxy();
        let old = old.tls_certs_only([Certificate::from_pem(first.as_bytes()).unwrap()]);
        let answer = old.build().unwrap().get(&url).bearer_auth(&token).send().await.unwrap();
        assert_eq!((answer.status().as_u16(), answer.version()), (200, Version::HTTP_11));
        let plain = url.replace("https:", "http:");
        assert!(http_client().get(plain).send().await.is_err(), "no plain HTTP beside it");

        let second = certify(directory.path());
        assert!(trusting(&second).get(&url).send().await.is_err(), "not read yet");
        server.hang_up();
        logged(&server, "the certificate was read again").await;
        assert_eq!(trusting(&second).get(&url).send().await.unwrap().status(), 401);
        assert!(trusting(&first).get(&url).send().await.is_err(), "the old one is gone");

        // A certificate that cannot be used changes nothing.
        std::fs::write(directory.path().join("tls.crt"), "nothing").unwrap();
        server.hang_up();
        logged(&server, "the certificate was not read again, the old one stays").await;
        assert_eq!(trusting(&second).get(&url).send().await.unwrap().status(), 401);
    }

    async fn nothing_older_than_tls_1_2_is_spoken_and_nobody_keeps_a_handshake_open(db: TestDatabase) {
        let directory = tempfile::tempdir().unwrap();
        certify(directory.path());
        let program = program(&db, &directory).option("--head-timeout").option("300ms");
        let server = program.serve().await;
        let address = server.url().strip_prefix("https://").unwrap();
        // A ClientHello of TLS 1.1 (RFC 4346): the version, 32 random bytes, no session, one
        // cipher suite, no compression, one kind of signature.
        let mut hello = vec![3, 2];
        hello.extend([7; 32]);
        hello.extend([0, 0, 2, 0, 0x2f, 1, 0]);
        hello.extend([0, 8, 0, 13, 0, 4, 0, 2, 4, 3]);
        let mut message = vec![1, 0, 0, u8::try_from(hello.len()).unwrap()];
        message.extend(hello);
        let mut record = vec![22, 3, 1, 0, u8::try_from(message.len()).unwrap()];
        record.extend(message);
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(&record).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        // A fatal alert: protocol_version.
        assert_eq!((answer[0], &answer[5..7]), (21, &[2, 70][..]), "{answer:?}");

        let mut silent = TcpStream::connect(address).await.unwrap();
        let cut = tokio::time::timeout(Duration::from_secs(20), silent.read_to_end(&mut answer));
        let _ = cut.await.expect("a handshake that does not begin ends");
    }
}

#[test]
fn a_certificate_that_cannot_be_used_is_told_at_start() {
    let db = TestDatabase::sqlite();
    let directory = tempfile::tempdir().unwrap();
    certify(directory.path());
    let path = |name: &str| directory.path().join(name).display().to_string();
    let serve = |certificate: &str, key: &str| {
        let words = [
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--tls-cert",
            certificate,
            "--tls-key",
            key,
        ];
        Program::new(db.url()).run(&words)
    };
    let missing = serve(&path("nothing.crt"), &path("tls.key"));
    assert_eq!(missing.code, Some(1), "{missing:?}");
    assert!(missing.stderr.contains("nothing.crt"), "{missing:?}");
    let swapped = serve(&path("tls.key"), &path("tls.crt"));
    assert_eq!(swapped.code, Some(1), "{swapped:?}");
    let other = tempfile::tempdir().unwrap();
    certify(other.path());
    let stranger = serve(
        &path("tls.crt"),
        &other.path().join("tls.key").display().to_string(),
    );
    assert_eq!(stranger.code, Some(1), "{stranger:?}");
    assert!(
        stranger.stderr.contains("cannot be used together"),
        "{stranger:?}"
    );
    let half = Program::new(db.url()).run(&["serve", "--tls-cert", &path("tls.crt")]);
    assert_eq!(half.code, Some(2), "{half:?}");
}
