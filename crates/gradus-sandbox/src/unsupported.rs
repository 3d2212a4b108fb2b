//! The same names where there is no sandbox: every attempt to get one is refused.

/// See the Linux version.
pub mod launcher {
    /// Does nothing: there is no launcher on this system.
    pub fn run_if_asked() {}
}

/// See the Linux version.
pub mod running {
    use std::io::{PipeReader, PipeWriter};

    use crate::{Finished, SandboxError};

    /// A job that has been started; on this system there is none.
    #[derive(Debug)]
    pub enum Running {}

    impl Running {
        /// Where to write requests.
        #[must_use]
        pub fn requests(&self) -> Option<&PipeWriter> {
            match *self {}
        }

        /// Where to read replies.
        #[must_use]
        pub fn replies(&self) -> Option<&PipeReader> {
            match *self {}
        }

        /// The processor time that the job has used.
        #[must_use]
        pub fn processor_time(&self) -> Option<std::time::Duration> {
            match *self {}
        }

        /// Ends the requests.
        pub fn close_requests(&mut self) {
            match *self {}
        }

        /// Kills the job.
        pub fn kill(&mut self) {
            match *self {}
        }

        /// Waits for the job.
        ///
        /// # Errors
        /// Never: there is no job.
        pub fn wait(self) -> Result<Finished, SandboxError> {
            match self {}
        }

        /// Ends the job.
        ///
        /// # Errors
        /// Never: there is no job.
        pub fn finish(self) -> Result<Finished, SandboxError> {
            match self {}
        }
    }
}

/// See the Linux version.
pub mod sandbox {
    use std::path::PathBuf;

    use super::running::Running;
    use crate::{Finished, Job, Layer, Level, Profile, Requirement, SandboxError};

    /// A way to run jobs; on this system there is none.
    #[derive(Debug, Clone)]
    pub enum Sandbox {}

    /// How to probe, for callers with special wishes.
    #[derive(Debug, Clone, Default)]
    pub struct Options {}

    impl Options {
        /// Names a launcher.
        #[must_use]
        pub fn with_launcher(self, _path: impl Into<PathBuf>) -> Options {
            self
        }

        /// Tries no layer above this level.
        #[must_use]
        pub fn with_ceiling(self, _level: Level) -> Options {
            self
        }
    }

    impl Sandbox {
        /// Refuses.
        ///
        /// # Errors
        /// Always: [`SandboxError::Unsupported`].
        pub fn probe(requirement: Requirement) -> Result<Sandbox, SandboxError> {
            Sandbox::probe_with(requirement, &Options::default())
        }

        /// Refuses.
        ///
        /// # Errors
        /// Always: [`SandboxError::Unsupported`].
        pub fn probe_with(_requirement: Requirement, _options: &Options) -> Result<Sandbox, SandboxError> {
            let system = format!("{} on {}", std::env::consts::OS, std::env::consts::ARCH);
            Err(SandboxError::Unsupported { system })
        }

        /// The level that every job gets at least.
        #[must_use]
        pub fn level(&self) -> Level {
            match *self {}
        }

        /// The level that jobs of this profile get.
        #[must_use]
        pub fn level_of(&self, _profile: Profile) -> Level {
            match *self {}
        }

        /// Each layer, whether it is there or not.
        #[must_use]
        pub fn layers(&self) -> &[Layer] {
            match *self {}
        }

        /// One line for reports.
        #[must_use]
        pub fn describe(&self) -> String {
            match *self {}
        }

        /// Starts a job.
        ///
        /// # Errors
        /// Never: there is no sandbox.
        pub fn spawn(&self, _job: &Job) -> Result<Running, SandboxError> {
            match *self {}
        }

        /// Starts a job and waits for its end.
        ///
        /// # Errors
        /// Never: there is no sandbox.
        pub fn run(&self, _job: &Job) -> Result<Finished, SandboxError> {
            match *self {}
        }
    }
}
