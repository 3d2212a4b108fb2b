//! SIGINT and SIGTERM while a notebook runs: the kernel is in a process group of its own, which Ctrl+C does not reach, and
//! must not outlive this process.
//!
//! A handler stays for as long as the process lives, so it has to do what no handler would have done when no notebook
//! runs: end the process.

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::thread;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

/// How many notebooks run in this process.
static RUNNING: AtomicUsize = AtomicUsize::new(0);
/// Says that a signal came.
static CAME: OnceLock<watch::Sender<()>> = OnceLock::new();
/// Held while the handler is installed.
static INSTALLING: Mutex<()> = Mutex::new(());

/// Listens to signals for as long as it lives.
pub struct Signals(watch::Receiver<()>);

impl Signals {
    /// From now on a signal does not end this process.
    pub fn listen() -> io::Result<Self> {
        let receiver = sender()?.subscribe();
        RUNNING.fetch_add(1, Ordering::SeqCst);
        Ok(Self(receiver))
    }

    /// Waits for a signal.
    pub async fn came(&mut self) {
        self.0.changed().await.expect("the sender is never dropped");
    }
}

impl Drop for Signals {
    fn drop(&mut self) {
        RUNNING.fetch_sub(1, Ordering::SeqCst);
    }
}

fn sender() -> io::Result<&'static watch::Sender<()>> {
    let _installing = INSTALLING.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(sender) = CAME.get() {
        return Ok(sender);
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (mut interrupt, mut terminate) = {
        let _context = runtime.enter();
        (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?)
    };
    let sender = CAME.get_or_init(|| watch::channel(()).0);
    thread::spawn(move || {
        runtime.block_on(async {
            loop {
                let number = tokio::select! {
                    Some(()) = interrupt.recv() => SignalKind::interrupt(),
                    Some(()) = terminate.recv() => SignalKind::terminate(),
                    else => return,
                };
                if RUNNING.load(Ordering::SeqCst) == 0 {
                    std::process::exit(128 + number.as_raw_value());
                }
                sender.send_replace(());
            }
        });
    });
    Ok(sender)
}
