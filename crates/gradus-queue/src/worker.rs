//! Working on a queue until somebody says stop.

use std::process;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use apalis::prelude::{
    Attempt, BackendExt, BoxDynError, Data, TaskId, WorkerBuilder, WorkerBuilderExt, WorkerContext, WorkerError,
};
use apalis_postgres::{Config, PgPool, PostgresStorage};
use gradus_gradebook::Job;
use gradus_judge::Outcome;
use gradus_judge::batch::Entry;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::task::spawn_blocking;
use tokio::time::sleep;

use crate::desk::Desk;
use crate::queue::{connect, runtime};
use crate::{Queue, QueueError};

/// How often a worker with nothing to do asks for jobs.
const INTERVAL: Duration = Duration::from_secs(1);
/// How long to wait before a server that went away is looked for again.
pub(crate) const PAUSE: Duration = Duration::from_secs(2);
/// Heartbeats in the time after which a worker counts as dead.
const HEARTBEATS: u32 = 6;

/// Grades a submission of an assignment.
pub type Grade = dyn Fn(&str, &Entry) -> Outcome + Send + Sync;

/// How to work.
pub struct Work {
    /// How many jobs at a time.
    pub jobs: usize,
    /// After how long without a heartbeat the jobs of a worker are given to others.
    pub lease: Duration,
    /// Whether to stop when no job is left, also none of other workers.
    pub until_empty: bool,
    /// Grades a submission of an assignment, which is named by its id.
    pub grade: Box<Grade>,
    /// Says what happens.
    pub tell: Box<dyn Fn(&str) + Send + Sync>,
}

impl Queue {
    /// Takes jobs, grades, and records outcomes, until the process is asked to stop (SIGTERM, SIGINT) or, where that is
    /// asked for, no job is left. What is being graded is then brought to its end. A server that goes away is waited for.
    ///
    /// # Errors
    /// When this cannot be begun.
    pub fn work(self, work: Work) -> Result<(), QueueError> {
        let runtime = runtime()?;
        let _context = runtime.enter();
        let failed = |source| QueueError::Database { place: self.gradebook.place().clone(), source };
        let pool = connect(&self.address).map_err(failed)?;
        let (stop, stopped) = watch::channel(false);
        let stop_signals = signals().map_err(|source| QueueError::Start { source })?;
        let desk = Arc::new(Desk::new(self, work));
        runtime.block_on(async {
            tokio::spawn(stop_when(desk.clone(), stop_signals, stop));
            let mut count = 0;
            // A worker that lost its server is replaced by one with another name, so that its jobs count as a dead one's.
            while !*stopped.borrow() {
                count += 1;
                if let Err(error) = run(&desk, &pool, &worker_name(count), stopped.clone()).await {
                    (desk.work.tell)(&format!("the queue cannot be reached: {error}; trying again"));
                    sleep(PAUSE).await;
                }
            }
        });
        // A grading whose worker lost its server goes on by itself.
        desk.wait_until_free();
        Ok(())
    }
}

/// One worker, from its first heartbeat to its last.
async fn run(
    desk: &Arc<Desk>,
    pool: &PgPool,
    name: &str,
    mut stopped: watch::Receiver<bool>,
) -> Result<(), WorkerError> {
    let config = Config::default()
        .queue(&desk.queue.name)
        // What a worker takes before it can begin with it would wait for it although others are idle.
        .batch_size(1)
        .heartbeat_interval(desk.work.lease / HEARTBEATS)
        .missed_heartbeats(HEARTBEATS as usize);
    let backend = PostgresStorage::<Job>::new(pool).with_config(config).poll_with_interval(INTERVAL);
    WorkerBuilder::new(name)
        .backend(backend)
        .concurrency(desk.work.jobs)
        .data(desk.clone())
        .build(handle)
        .run_until(async move {
            let _ = stopped.wait_for(|stop| *stop).await;
            Ok::<(), WorkerError>(())
        })
        .await
}

/// One job.
async fn handle(
    job: Job,
    desk: Data<Arc<Desk>>,
    id: TaskId,
    attempt: Attempt,
    worker: WorkerContext,
) -> Result<(), BoxDynError> {
    let desk = Arc::clone(&desk);
    let (number, name) = (attempt.current(), worker.name().to_owned());
    spawn_blocking(move || desk.serve(&job, &id.to_string(), number, &name)).await?
}

/// A name that no other worker has, and that says where it is.
fn worker_name(count: u32) -> String {
    let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
    let start = UNIX_EPOCH.elapsed().unwrap_or_default().as_millis();
    format!("{host}-{}-{start}-{count}", process::id())
}

/// What asks a process to stop.
struct Signals {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

fn signals() -> std::io::Result<Signals> {
    Ok(Signals { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
}

/// Says stop when the process is asked to, or when no job is left.
async fn stop_when(desk: Arc<Desk>, mut signals: Signals, stop: watch::Sender<bool>) {
    let empty = async {
        loop {
            sleep(INTERVAL).await;
            let desk = desk.clone();
            let open = spawn_blocking(move || desk.queue.gradebook.open_jobs(&desk.queue.name)).await;
            if let Ok(Ok(0)) = open {
                break;
            }
        }
    };
    tokio::select! {
        _ = signals.terminate.recv() => {}
        _ = signals.interrupt.recv() => {}
        () = empty, if desk.work.until_empty => {}
    }
    let _ = stop.send(true);
}
