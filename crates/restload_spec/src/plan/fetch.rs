//! A request and the way from one page to the next, settled.

use restload_diag::Pointer;
use serde_json::Value;

use crate::{AnswerPlace, Escape, RenderError, RequestPlace, Scope, Scopes, Template, Test};

/// How the pages of a resource are asked for.
#[derive(Debug)]
pub struct FetchPlan {
    /// `GET`, `POST`, …
    pub method: String,
    /// Joined to the base URL with exactly one `/`, or absolute.
    pub path: Template,
    /// Query parameters in order; a list is repeated, a null left out.
    pub params: Vec<(String, ValueTemplate)>,
    /// Headers in order.
    pub headers: Vec<(String, ValueTemplate)>,
    /// The body.
    pub body: BodyPlan,
    /// What the answers are written in.
    pub format: FormatPlan,
    /// The way to the next page.
    pub paginator: PaginatorPlan,
    /// `/resources/x`
    pub at: Pointer,
}

/// What answers are written in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FormatPlan {
    /// What the Content-Type of each says; JSON where it names no other.
    ByContentType,
    /// One JSON value.
    Json,
    /// A JSON value on each line.
    Lines,
    /// Rows of cells.
    Csv(CsvPlan),
}

/// How CSV is laid out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CsvPlan {
    /// Between two cells.
    pub delimiter: u8,
    /// Around cells; none: a quote is a character like any other.
    pub quote: Option<u8>,
    /// Where the names of the columns are.
    pub header: HeaderPlan,
    /// The name of the encoding; none: as the Content-Type says, else UTF-8.
    pub encoding: Option<String>,
}

/// Where the names of the columns of CSV are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HeaderPlan {
    /// In the first row.
    FirstRow,
    /// Nowhere: columns are numbered.
    Numbered,
    /// In the spec.
    Names(Vec<String>),
}

impl CsvPlan {
    /// Cells between `delimiter`, in double quotes where they need to be, below a row of names.
    pub fn between(delimiter: u8) -> Self {
        Self { delimiter, quote: Some(b'"'), header: HeaderPlan::FirstRow, encoding: None }
    }
}

impl FetchPlan {
    /// All templates of the first request.
    pub fn templates(&self) -> Vec<&Template> {
        let mut templates = vec![&self.path];
        templates.extend(self.params.iter().chain(&self.headers).flat_map(|(_, value)| value.templates()));
        match &self.body {
            BodyPlan::Empty => {}
            BodyPlan::Json(value) => templates.extend(value.templates()),
            BodyPlan::Form(fields) => {
                templates.extend(fields.iter().flat_map(|(_, value)| value.templates()));
            }
            BodyPlan::Text(template) => templates.push(template),
        }
        templates.extend(self.paginator.start().into_iter().flat_map(ValueTemplate::templates));
        templates
    }
}

/// The body of a request.
#[derive(Debug)]
pub enum BodyPlan {
    /// None.
    Empty,
    /// A JSON document.
    Json(ValueTemplate),
    /// `application/x-www-form-urlencoded`.
    Form(Vec<(String, ValueTemplate)>),
    /// Text as it is.
    Text(Template),
}

/// A JSON value with templates in its strings.
#[derive(Debug, Clone)]
pub enum ValueTemplate {
    /// No template in it.
    Literal(Value),
    /// A string that is a template; one that is exactly one hole keeps its type.
    Template(Template),
    /// A list.
    List(Vec<ValueTemplate>),
    /// A map.
    Map(Vec<(String, ValueTemplate)>),
}

/// The way from one page to the next.
#[derive(Debug)]
pub struct PaginatorPlan {
    /// The kind with its own fields.
    pub kind: PaginatorKind,
    /// Where the page size is asked for, and the size.
    pub size: Option<(Option<RequestPlace>, u64)>,
    /// Ends the walk only when its place is there, not null, and the test is false.
    pub has_more: Option<Test>,
    /// A page without rows ends the walk.
    pub stop_on_empty_page: bool,
    /// A page with fewer rows than `size` ends the walk.
    pub stop_on_short_page: bool,
    /// Reaching it is an error.
    pub max_pages: Option<u64>,
    /// A link is given the resource's parameters too.
    pub keep_params: bool,
    /// `/resources/x/paginator` or `/defaults/paginator`.
    pub at: Pointer,
}

impl PaginatorPlan {
    /// What the first request carries, where the kind has such a field.
    pub fn start(&self) -> Option<&ValueTemplate> {
        match &self.kind {
            PaginatorKind::PageNumber { start, .. } | PaginatorKind::Offset { start, .. } => Some(start),
            PaginatorKind::Cursor { start, .. } => start.as_ref(),
            PaginatorKind::Auto { .. }
            | PaginatorKind::SinglePage
            | PaginatorKind::HeaderLink { .. }
            | PaginatorKind::JsonLink { .. } => None,
        }
    }
}

/// The kinds of paginators.
#[derive(Debug)]
pub enum PaginatorKind {
    /// Found out on the first answer of a resource.
    Auto {
        /// What the author says of pages without rows; none: as is usual with what is found.
        stop_on_empty_page: Option<bool>,
    },
    /// One page.
    SinglePage,
    /// page + 1.
    PageNumber {
        /// Where the page goes.
        param: RequestPlace,
        /// The first page; renders to an integer.
        start: ValueTemplate,
        /// Place of the number of pages.
        total_pages: Option<AnswerPlace>,
    },
    /// offset + rows received.
    Offset {
        /// Where the offset goes.
        param: RequestPlace,
        /// The first offset; renders to an integer.
        start: ValueTemplate,
    },
    /// A value from the answer goes into the next request.
    Cursor {
        /// Where the value is.
        next: AnswerPlace,
        /// Where it goes.
        param: RequestPlace,
        /// What the first request carries.
        start: Option<ValueTemplate>,
    },
    /// The URL of the Link header (RFC 8288).
    HeaderLink {
        /// The relation.
        rel: String,
    },
    /// A URL in the answer, absolute or relative (RFC 3986).
    JsonLink {
        /// Where it is.
        next: AnswerPlace,
    },
}

/// Why a value could not be filled in.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum FillError {
    /// The template could not be rendered.
    #[error(transparent)]
    Render(#[from] RenderError),
    /// A field of a row is null, and a request cannot say so.
    #[error("`{text}` is null")]
    NullOfRow {
        /// The template.
        text: String,
        /// Where the null came from.
        scope: Scope,
    },
}

impl ValueTemplate {
    /// The value for a request: a null from `inputs` or `incremental` as the whole value leaves it out (none), one from a
    /// row is an error.
    pub fn fill(&self, scopes: &Scopes<'_>) -> Result<Option<Value>, FillError> {
        match self {
            Self::Literal(value) => Ok(Some(value.clone())),
            Self::Template(template) => {
                match (template.render(scopes, Escape::None)?.value, template.sole_hole()) {
                    (Value::Null, Some(hole))
                        if !matches!(hole.scope, Scope::Inputs | Scope::Incremental) =>
                    {
                        Err(FillError::NullOfRow { text: template.text().to_owned(), scope: hole.scope })
                    }
                    (Value::Null, _) => Ok(None),
                    (value, _) => Ok(Some(value)),
                }
            }
            Self::List(items) => {
                let items = items.iter().map(|item| item.fill(scopes)).collect::<Result<Vec<_>, _>>()?;
                Ok(Some(Value::Array(items.into_iter().flatten().collect())))
            }
            Self::Map(fields) => {
                let mut map = serde_json::Map::new();
                for (name, field) in fields {
                    if let Some(value) = field.fill(scopes)? {
                        map.insert(name.clone(), value);
                    }
                }
                Ok(Some(Value::Object(map)))
            }
        }
    }

    /// The value for a column: a null stays one.
    pub fn fill_column(&self, scopes: &Scopes<'_>) -> Result<Value, RenderError> {
        Ok(match self {
            Self::Literal(value) => value.clone(),
            Self::Template(template) => template.render(scopes, Escape::None)?.value,
            Self::List(items) => {
                Value::Array(items.iter().map(|item| item.fill_column(scopes)).collect::<Result<_, _>>()?)
            }
            Self::Map(fields) => Value::Object(
                fields
                    .iter()
                    .map(|(name, field)| Ok((name.clone(), field.fill_column(scopes)?)))
                    .collect::<Result<_, RenderError>>()?,
            ),
        })
    }
}
