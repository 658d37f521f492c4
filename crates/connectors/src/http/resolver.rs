//! Names to addresses, without those that may not be asked.
//!
//! The client connects to what its resolver gives it and to nothing else: between the check and
//! the connection nobody asks again, so that a name that changes meanwhile changes nothing.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::addresses::special;
use super::guard::Refused;

/// Says what an address is, if it may not be asked.
pub(super) type Judge = fn(IpAddr) -> Option<&'static str>;

/// A resolver that gives only addresses that may be asked.
pub(super) struct GuardedResolver {
    names: Arc<dyn Resolve>,
    judge: Judge,
}

impl GuardedResolver {
    /// Over the system's own resolver.
    pub(super) fn over_the_system() -> Self {
        Self {
            names: Arc::new(SystemNames),
            judge: special,
        }
    }
}

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let host = name.as_str().to_owned();
        let found = self.names.resolve(name);
        let judge = self.judge;
        Box::pin(async move {
            let mut open = Vec::new();
            let mut refused = None;
            for address in found.await? {
                match judge(address.ip()) {
                    None => open.push(address),
                    Some(what) => refused = Some(what),
                }
            }
            match refused {
                Some(what) if open.is_empty() => Err(Refused { host, what }.into()),
                Some(_) | None => Ok(Box::new(open.into_iter()) as Addrs),
            }
        })
    }
}

struct SystemNames;

impl Resolve for SystemNames {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found: Vec<SocketAddr> =
                tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::time::Duration;

    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;
    use crate::http::client;

    /// Another answer for each question, as a hostile name server gives.
    #[derive(Default)]
    struct Scripted {
        answers: Mutex<Vec<Vec<IpAddr>>>,
        asked: Mutex<usize>,
    }

    impl Resolve for Scripted {
        fn resolve(&self, _: Name) -> Resolving {
            *self.asked.lock().unwrap() += 1;
            let answer = self.answers.lock().unwrap().remove(0);
            let addresses = answer.into_iter().map(|ip| SocketAddr::new(ip, 0));
            let addresses: Vec<_> = addresses.collect();
            Box::pin(async move { Ok(Box::new(addresses.into_iter()) as Addrs) })
        }
    }

    /// Loopback is all that a test may use: here only 127.0.0.1 counts as private.
    fn judge(address: IpAddr) -> Option<&'static str> {
        (address == IpAddr::from([127, 0, 0, 1])).then_some("a private address")
    }

    fn guarded(answers: &[&[[u8; 4]]]) -> (GuardedResolver, Arc<Scripted>) {
        let answers = answers
            .iter()
            .map(|answer| answer.iter().map(|octets| IpAddr::from(*octets)).collect());
        let names = Arc::new(Scripted {
            answers: Mutex::new(answers.collect()),
            asked: Mutex::default(),
        });
        let resolver = GuardedResolver {
            names: names.clone(),
            judge,
        };
        (resolver, names)
    }

    /// Answers each request with its own address.
    async fn echo(listener: TcpListener) {
        let address = listener.local_addr().unwrap().ip().to_string();
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = [0; 1024];
            let _ = stream.read(&mut request).await;
            let answer = format!(
                "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{address}",
                address.len()
            );
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    }

    /// A good and a bad server on the same port; gives the port.
    async fn servers() -> u16 {
        let bad = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = bad.local_addr().unwrap().port();
        let good = TcpListener::bind(("127.0.0.2", port)).await.unwrap();
        tokio::spawn(echo(bad));
        tokio::spawn(echo(good));
        port
    }

    async fn get(client: &reqwest::Client, port: u16) -> Result<String, reqwest::Error> {
        let answer = client
            .get(format!("http://changing.example:{port}/"))
            .send();
        answer.await?.text().await
    }

    const GOOD: [u8; 4] = [127, 0, 0, 2];
    const BAD: [u8; 4] = [127, 0, 0, 1];

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn the_address_that_was_checked_is_the_one_that_is_connected_to() {
        let port = servers().await;
        // It changes after the check: nobody asks, so nobody is told.
        let (resolver, names) = guarded(&[&[GOOD], &[BAD], &[BAD, GOOD]]);
        let client = client::build(Duration::from_secs(5), Some(resolver)).unwrap();
        assert_eq!(get(&client, port).await.unwrap(), "127.0.0.2");
        assert_eq!(*names.asked.lock().unwrap(), 1);
        let error = get(&client, port).await.unwrap_err();
        let refused = client::refusal(&error).unwrap();
        assert_eq!(
            (refused.host.as_str(), refused.what),
            ("changing.example", "a private address")
        );
        // Of several addresses only those that are left are tried.
        assert_eq!(get(&client, port).await.unwrap(), "127.0.0.2");
        assert_eq!(*names.asked.lock().unwrap(), 3);
    }
}
