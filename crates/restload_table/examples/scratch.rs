//! Prints how fast pages become columns, and columns Parquet, on one core.
//!
//! `cargo run --release -p restload_table --example throughput [PAGES]`: pages of 1,000 records of about 430 bytes
//! and 16 fields, as a CRM would give them.

use std::fmt::Write;
use std::hint::black_box;
use std::time::Instant;

use restload_table::{Columns, PartInfo, Parts, Shape, SinkOptions, Step, TableSchema, TableSink, decode};

const ROWS: usize = 1000;
const CITIES: [&str; 6] = ["Berlin", "Amsterdam", "Toronto", "São Paulo", "Kyōto", "Nairobi"];

fn record(out: &mut String, i: usize) {
    let note = match i % 3 {
        0 => "null".to_owned(),
        _ => format!(r#""Met at \"Expo {}\" on day {}; follow up\nsoon""#, i % 17, i % 31),
    };
    let _ = write!(
        out,
        r#"{{"id":{i},"first_name":"First{}","last_name":"Last{}","email":"user{i}@example{}.com","created_at":"20{:02}-{:02}-{:02}T{:02}:{:02}:00Z","updated_at":"2026-{:02}-{:02}T08:00:00Z","active":{},"#,
        i % 977,
        i % 1409,
        i % 50,
        10 + i % 16,
        1 + i % 12,
        1 + i % 28,
        i % 24,
        i % 60,
        1 + i % 12,
        1 + i % 28,
        i.is_multiple_of(2),
    );
    let _ = write!(
        out,
        r#""score":{}.{:02},"visits":{},"tags":["tag{}","tag{}"],"organization_ids":[{},{},{}],"address":{{"city":"{}","zip":"{:05}","geo":{{"lat":{}.5,"lng":-{}.25}}}},"note":{note},"source":"import","currency":"EUR","amount":"{}.{:02}"}}"#,
        i % 100,
        i % 100,
        i % 5000,
        i % 40,
        i % 41,
        i % 3000,
        (i * 7) % 3000,
        (i * 13) % 3000,
        CITIES[i % CITIES.len()],
        i % 99_999,
        i % 90,
        i % 180,
        i % 1000,
        i % 100,
    );
}

fn body(page: usize) -> Vec<u8> {
    let mut out = String::from(r#"{"data":["#);
    for i in 0..ROWS {
        if i > 0 {
            out.push(',');
        }
        record(&mut out, page * ROWS + i);
    }
    let _ = write!(out, r#"],"total":500000,"page":{page},"pages":500}}"#);
    out.into_bytes()
}

/// Parts that are counted and thrown away.
#[derive(Default)]
struct Nowhere {
    bytes: u64,
}

impl Parts for Nowhere {
    type File = Vec<u8>;

    fn create(&mut self) -> std::io::Result<Vec<u8>> {
        Ok(Vec::new())
    }

    fn closed(&mut self, _file: Vec<u8>, part: &PartInfo) -> std::io::Result<()> {
        self.bytes += part.bytes;
        Ok(())
    }
}

/// Seconds that this process has run on a core, or by the clock where the system does not say.
struct Watch {
    clock: Instant,
    core: Option<f64>,
}

impl Watch {
    fn start() -> Self {
        Self { clock: Instant::now(), core: Self::core() }
    }

    fn core() -> Option<f64> {
        let stat = std::fs::read_to_string("/proc/self/schedstat").ok()?;
        Some(stat.split(' ').next()?.parse::<f64>().ok()? / 1e9)
    }

    fn seconds(&self) -> f64 {
        match (self.core, Self::core()) {
            (Some(before), Some(after)) => after - before,
            _ => self.clock.elapsed().as_secs_f64(),
        }
    }
}

#[expect(clippy::print_stdout, reason = "the figures are what it is for")]
#[expect(clippy::cast_precision_loss, reason = "nobody counts single bytes")]
fn say(what: &str, bytes: usize, watch: &Watch) {
    let (megabytes, seconds) = (bytes as f64 / 1e6, watch.seconds());
    println!("{what:<20} {megabytes:>8.1} MB {seconds:>8.3} s {:>8.0} MB/s", megabytes / seconds);
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let pages = std::env::args().nth(1).map_or(Ok(500), |pages| pages.parse())?;
    let shape = Shape::builder().rows(&[Step::Key("data".into())]).tap(&[Step::Key("total".into())]).build();
    let bodies: Vec<Vec<u8>> = (0..pages).map(body).collect();
    let bytes: usize = bodies.iter().map(Vec::len).sum();

    let few = &bodies[..20];
    if std::env::args().nth(2).is_none() {
        for _ in 0..200 { for body in few { black_box(decode(body, &shape)?); } }
        return Ok(());
    }
    let _ = bytes;
    let decoded = bodies.iter().map(|body| decode(body, &shape).map(|page| page.columns));
    let decoded: Vec<Columns> = decoded.collect::<Result<_, _>>()?;
    for _ in 0..8 {
        let watch = Watch::start();
        let mut sink = TableSink::new(Nowhere::default(), TableSchema::default(), SinkOptions::default());
        for page in &decoded { sink.push(page.clone())?; }
        let n = sink.finish()?.parts.bytes;
        say("write", n as usize, &watch);
    }
    Ok(())
}
