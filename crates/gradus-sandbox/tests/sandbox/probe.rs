// The program that the tests run inside the sandbox. Compiled by the tests with rustc; not a module of theirs.
// Usage: probe ACTION [ARGUMENT]... Whatever was possible that should not be is printed as a line "BREACH <what>".

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpStream, UdpSocket};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram, UnixStream};
use std::time::Duration;

unsafe extern "C" {
    fn fork() -> i32;
    fn setsid() -> i32;
    fn kill(pid: i32, signal: i32) -> i32;
    fn raise(signal: i32) -> i32;
    fn signal(number: i32, handler: usize) -> usize;
    fn ptrace(request: i64, pid: i32, address: usize, data: usize) -> i64;
    fn syscall(number: i64, ...) -> i64;
    fn fcntl(fd: i32, command: i32, ...) -> i32;
    fn unshare(flags: i32) -> i32;
    fn chmod(path: *const u8, mode: u32) -> i32;
    fn mmap(address: usize, length: usize, protection: i32, flags: i32, fd: i32, offset: i64) -> *mut u8;
}

fn breach(possible: bool, what: &str) {
    if possible {
        // In one write: a forked copy writes the same line at the same time.
        std::io::stderr().write_all(format!("BREACH {what}\n").as_bytes()).unwrap();
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let argument = |number: usize| arguments.get(number + 1).map_or("", String::as_str);
    match argument(0) {
        "exit" => std::process::exit(argument(1).parse().unwrap()),
        "signal" => drop(unsafe { raise(argument(1).parse().unwrap()) }),
        "abort" => std::process::abort(),
        "spin" => {
            unsafe { signal(24, 1) }; // SIGXCPU ignored
            let mut x = 1_u64;
            loop {
                x = std::hint::black_box(x.wrapping_mul(3));
            }
        }
        "sleep" => std::thread::sleep(Duration::from_secs(1000)),
        "eat" => {
            let mut hoard = Vec::new();
            loop {
                hoard.push(vec![1_u8; 1 << 20]);
                std::hint::black_box(&hoard);
            }
        }
        "eat_shared" => unsafe {
            loop {
                let piece = mmap(0, 1 << 20, 3, 0x21, -1, 0);
                if piece as isize == -1 {
                    std::process::abort();
                }
                std::ptr::write_bytes(piece, 1, 1 << 20);
            }
        },
        "allocate" => drop(std::hint::black_box(vec![1_u8; 64 << 30])),
        "overflow" => {
            fn down(depth: u64) -> u64 {
                let frame = std::hint::black_box([depth; 64]);
                if frame[0] == u64::MAX { 0 } else { down(depth + 1) + frame[7] }
            }
            let thread = std::thread::Builder::new().stack_size(1 << 20).spawn(|| down(0)).unwrap();
            eprintln!("{:?}", thread.join().map_err(drop));
        }
        "flood" => {
            let piece = [b'x'; 65536];
            loop {
                let written = if argument(1) == "err" {
                    std::io::stderr().write_all(&piece)
                } else {
                    std::io::stdout().write_all(&piece)
                };
                if written.is_err() {
                    return;
                }
            }
        }
        "threads" => {
            let sleep = || std::thread::sleep(Duration::from_secs(1000));
            for _ in 0..argument(1).parse::<u32>().unwrap() {
                if std::thread::Builder::new().stack_size(1 << 16).spawn(sleep).is_err() {
                    break;
                }
            }
            std::thread::sleep(Duration::from_secs(1));
        }
        "bomb" => {
            // Each doubles all. Bounded, lest a failing sandbox takes the machine down.
            for _ in 0..10 {
                unsafe { fork() };
            }
            std::thread::sleep(Duration::from_secs(1000));
        }
        "daemon" => unsafe {
            if fork() == 0 {
                setsid();
                if fork() == 0 {
                    std::thread::sleep(Duration::from_secs(1000));
                }
                std::process::exit(0);
            }
            std::thread::sleep(Duration::from_millis(argument(2).parse().unwrap()));
        },
        "flicker" => {
            for _ in 0..2000 {
                if unsafe { fork() } == 0 {
                    std::process::exit(0);
                }
            }
        }
        "fill" => {
            let mut file = fs::File::create(argument(1)).unwrap();
            while file.write_all(&[1_u8; 1 << 20]).is_ok() {}
        }
        "big_file" => match fs::write(argument(1), vec![1_u8; 3 << 20]) {
            Ok(()) => eprintln!("BREACH a large file"),
            Err(error) => eprintln!("{error}"),
        },
        "many_files" => {
            let files: Vec<_> = (0..1000).map_while(|_| fs::File::open("/dev/null").ok()).collect();
            eprintln!("{}", files.len());
        }
        "environment" => std::env::vars_os().for_each(|variable| eprintln!("{variable:?}")),
        "descriptors" => {
            let open: Vec<i32> = (0..4096).filter(|fd| unsafe { fcntl(*fd, 1) } >= 0).collect();
            eprintln!("{open:?}");
        }
        "echo" => echo(),
        "files" => files(&arguments[2..]),
        "network" => network(argument(1), argument(2)),
        "others" => others(argument(1).parse().unwrap()),
        "kernel" => kernel(),
        "offspring" => {
            breach(unsafe { fork() } > 0, "fork");
            breach(std::process::Command::new("/bin/sh").arg("-c").arg(":").status().is_ok(), "exec");
        }
        other => panic!("unknown action {other:?}"),
    }
}

/// A worker: each line that comes in goes out reversed. The line "hang" is answered by silence.
fn echo() {
    let (mut requests, mut replies) = (std::io::stdin(), std::io::stdout());
    let (mut line, mut byte) = (Vec::new(), [0]);
    while requests.read(&mut byte).is_ok_and(|count| count == 1) {
        if byte[0] != b'\n' {
            line.push(byte[0]);
            continue;
        }
        if line == b"hang" {
            std::thread::sleep(Duration::from_secs(1000));
        }
        line.reverse();
        line.push(b'\n');
        replies.write_all(&line).unwrap();
        replies.flush().unwrap();
        line.clear();
    }
}

/// Arguments: `read:PATH`, `write:PATH`, `create:PATH`, `stat:PATH`, `list:PATH`, `chmod:PATH`, `run:PATH`.
fn files(attempts: &[String]) {
    for attempt in attempts {
        let (how, path) = attempt.split_once(':').unwrap();
        let possible = match how {
            "read" => fs::read(path).is_ok(),
            "write" => fs::OpenOptions::new().write(true).open(path).is_ok(),
            "create" => fs::File::create(path).is_ok(),
            "stat" => fs::metadata(path).is_ok(),
            "list" => fs::read_dir(path).is_ok(),
            "chmod" => unsafe { chmod(format!("{path}\0").as_ptr(), 0o777) == 0 },
            "run" => std::process::Command::new(path).status().is_ok(),
            other => panic!("unknown attempt {other:?}"),
        };
        breach(possible, attempt);
    }
}

fn network(tcp: &str, unix: &str) {
    breach(TcpStream::connect(tcp).is_ok(), "TCP");
    breach(std::net::TcpListener::bind("127.0.0.1:0").is_ok(), "TCP listen");
    breach(UdpSocket::bind("127.0.0.1:0").and_then(|socket| socket.send_to(b"x", tcp)).is_ok(), "UDP");
    breach(UnixStream::connect(unix).is_ok(), "unix");
    breach(UnixDatagram::unbound().is_ok(), "unix datagram");
    let address = SocketAddr::from_abstract_name("gradus sandbox test").unwrap();
    breach(UnixStream::connect_addr(&address).is_ok(), "abstract");
    #[cfg(target_arch = "x86_64")]
    for (domain, name) in [(16, "netlink"), (17, "packet"), (40, "vsock"), (38, "kernel cryptography")] {
        breach(unsafe { syscall(41, domain, 3, 0) } >= 0, name);
        breach(unsafe { syscall(41 + 0x4000_0000, domain, 3, 0) } >= 0, name);
    }
}

fn others(caller: i32) {
    for pid in [caller, std::os::unix::process::parent_id() as i32, 1] {
        if pid > 0 {
            breach(unsafe { kill(pid, 0) } == 0, "signal another process");
            // PTRACE_SEIZE: unlike PTRACE_ATTACH it does not stop the process, which may be the test itself.
            breach(unsafe { ptrace(0x4206, pid, 0, 0) } == 0, "trace another process");
        }
        for file in ["environ", "mem", "maps"] {
            breach(fs::read_to_string(format!("/proc/{pid}/{file}")).is_ok_and(|text| !text.is_empty()), file);
        }
        breach(fs::read_dir(format!("/proc/{pid}/fd")).is_ok(), "descriptors of another process");
    }
    breach(unsafe { kill(-1, 0) } == 0, "signal all");
    #[cfg(target_arch = "x86_64")]
    breach(unsafe { syscall(234, caller, caller, 0) } == 0, "signal a thread of the caller");
}

fn kernel() {
    breach(unsafe { unshare(0x1000_0000) } == 0, "user namespace");
    #[cfg(target_arch = "x86_64")]
    {
        breach(unsafe { syscall(425, 1, [0_u64; 16].as_mut_ptr()) } >= 0, "io_uring");
        breach(unsafe { syscall(319, c"x".as_ptr(), 0) } >= 0, "memfd");
        breach(unsafe { syscall(323, 0) } >= 0, "userfaultfd");
        breach(unsafe { syscall(250, 0, -3, 0) } >= 0, "keyrings");
        breach(unsafe { syscall(29, 0, 4096, 0o1600) } >= 0, "shared memory of System V");
        breach(unsafe { syscall(160, 7, [1_000_000_u64; 2].as_ptr()) } >= 0, "raised limits");
        breach(unsafe { syscall(105, 0) } >= 0 && fs::read("/etc/shadow").is_ok(), "root");
        breach(unsafe { syscall(165, c"x".as_ptr(), c"/".as_ptr(), c"tmpfs".as_ptr(), 0, 0) } == 0, "mount");
    }
}
