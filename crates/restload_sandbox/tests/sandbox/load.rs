//! A load from a sandbox: the spec and its samples as texts, every exchange noted.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex};

use restload_diag::Source;
use restload_engine::clock::TestClock;
use restload_engine::redact::Redactor;
use restload_engine::report::{Ending, Outcome, ResourceReport};
use restload_engine::run::{RunSettings, Services, Stop, run};
use restload_engine::transport::{Exchange, Http, Request, Transport, TransportError};
use restload_sandbox::{Sandbox, SandboxError, SandboxOptions};
use restload_spec::plan::Plan;
use restload_spec::{Reading, Wanted, read_spec, settle};
use serde_json::Value;

/// Requests and their answers, as they went over the wire.
pub(crate) type Exchanges = Arc<Mutex<Vec<(Request, u16, Value)>>>;

/// A spec with samples.
pub(crate) struct Api {
    pub(crate) reading: Reading,
    samples: HashMap<String, String>,
}

impl Api {
    /// `head` is what stands before the resources.
    pub(crate) fn new(head: &str, resources: &str, samples: &[(&str, Value)]) -> Self {
        let text = format!("version: 1\nname: api\n{head}\nresources:\n{resources}\n");
        let reading = read_spec(Source::new("api.yaml", text), None);
        assert!(reading.diagnostics.is_empty(), "{:?}", reading.diagnostics);
        let path = |name: &str| format!("samples/api/{name}.json");
        let samples = samples.iter().map(|(name, body)| (path(name), body.to_string())).collect();
        Self { reading, samples }
    }

    /// The same with a base URL and nothing else.
    pub(crate) fn plain(resources: &str, samples: &[(&str, Value)]) -> Self {
        Self::new("client: {base_url: https://api.example.com/v1/}", resources, samples)
    }

    pub(crate) async fn start(&self, options: &SandboxOptions) -> Result<Sandbox, SandboxError> {
        let read = |path: &str| Ok(self.samples.get(path).map(|body| body.clone().into_bytes()));
        let spec = self.reading.spec.as_ref().unwrap();
        let now = "2026-03-01T12:00:00Z".parse().unwrap();
        Sandbox::start(&self.reading.document, spec, &read, options, now).await
    }

    pub(crate) fn plan(&self, sandbox: &Sandbox, resources: &[&str]) -> Plan {
        let resources = resources.iter().map(|&name| name.to_owned()).collect();
        let wanted = Wanted { resources, base_url: Some(sandbox.base_url().clone()) };
        let spec = self.reading.spec.as_ref().unwrap();
        let mut plan = settle(&self.reading.document, spec, sandbox.inputs().clone(), &wanted).unwrap();
        sandbox.take_over(&mut plan);
        plan
    }

    /// Reads all tables from a sandbox of 250 rows a list.
    pub(crate) async fn load(&self) -> Loaded {
        self.load_with(&SandboxOptions::default()).await
    }

    pub(crate) async fn load_with(&self, options: &SandboxOptions) -> Loaded {
        let sandbox = self.start(options).await.unwrap();
        let resources: Vec<&str> = options.resources.iter().map(String::as_str).collect();
        let plan = self.plan(&sandbox, &resources);
        let exchanges = Exchanges::default();
        let http = Http::new(plan.client.timeout, plan.client.max_body);
        let transport = Arc::new(Noting { http, exchanges: exchanges.clone() });
        let out = tempfile::tempdir().unwrap();
        let settings = RunSettings {
            out: out.path().to_owned(),
            folder: "api.sandbox".into(),
            origin: Some("sandbox".into()),
            limit: None,
            memory: 64 << 20,
            strict: false,
            allow_incomplete: false,
            full_refresh: false,
            since: None,
            until: None,
            advance: false,
            keeping: None,
            max_duration: None,
        };
        let services = Services {
            clock: Arc::new(TestClock::new(jiff::Timestamp::UNIX_EPOCH)),
            redactor: Redactor::new(),
            listener: Arc::new(()),
            stop: Stop::new(),
            transport: Some(transport),
            folder: None,
        };
        let outcome = run(plan, settings, services).await;
        let exchanges = std::mem::take(&mut *exchanges.lock().unwrap());
        Loaded { outcome, exchanges }
    }
}

/// HTTP that notes what goes over it.
struct Noting {
    http: Http,
    exchanges: Exchanges,
}

impl Transport for Noting {
    fn send(
        &self,
        request: Request,
    ) -> std::pin::Pin<Box<dyn Future<Output = Result<Exchange, TransportError>> + Send + '_>> {
        Box::pin(async move {
            let exchange = self.http.send(request.clone()).await?;
            let body = serde_json::from_slice(&exchange.body).unwrap();
            self.exchanges.lock().unwrap().push((request, exchange.status, body));
            Ok(exchange)
        })
    }
}

/// What came of a load.
pub(crate) struct Loaded {
    pub(crate) outcome: Outcome,
    pub(crate) exchanges: Vec<(Request, u16, Value)>,
}

impl Loaded {
    /// Asserts that it ended well and without a doubt, and that no key came twice.
    pub(crate) fn clean(self) -> Self {
        assert_eq!(self.outcome.ending(), Ending::Done, "{:#?}", self.outcome.failures);
        let doubts: Vec<_> = self.outcome.doubts().collect();
        assert!(doubts.is_empty(), "{doubts:?}");
        let replaced = self.outcome.resources.iter().filter(|one| one.replaced_rows > 0).map(|one| &one.name);
        assert_eq!(replaced.collect::<Vec<_>>(), [""; 0]);
        self
    }

    pub(crate) fn of(&self, resource: &str) -> &ResourceReport {
        self.outcome.resources.iter().find(|report| report.name == resource).unwrap()
    }

    /// The reason why the only walk of a resource ended.
    pub(crate) fn stopped(&self, resource: &str) -> &str {
        let reasons: Vec<_> = self.of(resource).stop_reasons.iter().collect();
        assert_eq!(reasons.len(), 1, "{reasons:?}");
        reasons[0].0
    }

    /// The rows at a pointer in all answers whose path matches.
    pub(crate) fn rows(&self, is_path: impl Fn(&str) -> bool, at: &str) -> Vec<Value> {
        let answers = self.exchanges.iter().filter(|(request, ..)| is_path(request.url.path()));
        let found = answers.filter_map(|(_, _, body)| body.pointer(at));
        found.flat_map(|rows| rows.as_array().cloned().unwrap_or_else(|| vec![rows.clone()])).collect()
    }
}

/// The values at a pointer in rows, each once.
pub(crate) fn values(rows: &[Value], at: &str) -> BTreeSet<String> {
    rows.iter()
        .filter_map(|row| row.pointer(at))
        .filter(|value| !value.is_null())
        .map(Value::to_string)
        .collect()
}
