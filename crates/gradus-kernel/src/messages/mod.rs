//! One file for each message: its content, and for requests that need nobody else, its answer.

pub mod clear_output;
pub mod comm_close;
pub mod comm_info;
pub mod comm_msg;
pub mod comm_open;
pub mod complete;
pub mod connect;
pub mod debug;
pub mod display_data;
pub mod error;
pub mod execute;
pub mod execute_input;
pub mod execute_result;
pub mod history;
pub mod input_reply;
pub mod input_request;
pub mod inspect;
pub mod interrupt;
pub mod iopub_welcome;
pub mod is_complete;
pub mod kernel_info;
pub mod shutdown;
pub mod status;
pub mod stream;
