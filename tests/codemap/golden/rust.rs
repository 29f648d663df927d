use crate::core::{self, Money as Cents, rules::*};
pub use super::stock::Shelf;
mod lines;
pub mod tools { pub fn sow() {} }

/// One order.
// gf: data_contracts.entities.Order
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Order<T> {
    #[serde(rename = "no")]
    pub number: Option<T>,
    lines: Vec<Line>,
}

pub struct Pair(pub i32, String);
struct Unit;
union Bits { a: i32, b: f32 }

pub enum State { New, Done(i32), Late { by: u32 } }

pub trait Sized: Named + Other {
    const UNIT: i32;
    type Item;
    fn size(&self) -> i32;
    fn twice(&self) -> i32 { self.size() * 2 }
}

impl<T> Sized for Order<T> {
    type Item = T;
    fn size(&self) -> i32 { 1 }
}

impl<T: Clone> Order<T> {
    #[get("/orders")]
    pub async fn make(number: i32, mut note: &str) -> Result<Self> {
        let opened: Handle = open()?;
        let near = Shelf::near(number).await;
        let Some(x) = pick() else { return none(); };
        match kind(x) { State::New => one(), _ if odd() => two(), _ => {} }
        if let Some(q) = next() { println!("{}", label(q, self.lines.len())); } else { skip(); }
        while more() { step(); }
        for row in rows() { keep(row); }
        loop { break; }
        note.chars().map(|c| c.upper()).collect::<String>();
        ready() && act();
        let made = Order { number: None, lines: vec![] };
        made.size();
        helper(near);
        Ok(made)
    }
}

pub const LIMIT: i32 = limit();
static mut COUNT: i32 = 0;
type Alias = Order<i32>;
#[macro_export]
macro_rules! shout { ($x:expr) => { $x } }
pub(crate) fn helper(s: Shelf) { async { later().await; }; }
