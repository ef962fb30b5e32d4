// Prints vectors.json: what the crate bincode 1.3.3 makes of each value, with the Python type and value that mean the same.
//
// Made once, by hand; the package and its tests never need Rust:
//
//   cargo new /tmp/vectors && cp make_vectors.rs /tmp/vectors/src/main.rs && cd /tmp/vectors \
//     && cargo add bincode@=1.3.3 && cargo add serde --features derive && cargo run -q > vectors.json

use serde::Serialize;
use std::collections::BTreeMap;

#[derive(Serialize)]
enum Color {
    Red,
    Green,
}

#[derive(Serialize)]
struct Point {
    x: i32,
    y: u8,
}

#[derive(Serialize)]
struct Order {
    name: String,
    price: Option<u32>,
    at: Point,
    tags: Vec<String>,
    color: Color,
}

#[derive(Serialize)]
struct Tree {
    value: i64,
    left: Option<Box<Tree>>,
    right: Option<Box<Tree>>,
}

#[derive(Serialize)]
struct Nothing;

#[derive(Serialize)]
struct RawId(u32);

#[derive(Serialize)]
struct Put {
    key: String,
    value: i64,
}

#[derive(Serialize)]
struct Get {
    key: String,
}

#[derive(Serialize)]
enum Request {
    Put(Put),
    Get(Get),
    Stop(Nothing),
}

// bincode takes a slice of u8 as it takes Vec<u8>: a length and the bytes
fn show<T: Serialize>(first: &mut bool, python_type: &str, python_value: &str, value: T) {
    let bytes = bincode::serialize(&value).unwrap();
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let comma = if *first { "" } else { ",\n" };
    *first = false;
    print!("{comma}  {{\"type\": {python_type:?}, \"value\": {python_value:?}, \"hex\": {hex:?}}}");
}

fn leaf(value: i64) -> Tree {
    Tree { value, left: None, right: None }
}

fn main() {
    let f = &mut true;
    println!("[");
    show(f, "bool", "True", true);
    show(f, "bool", "False", false);
    show(f, "int", "0", 0i64);
    show(f, "int", "-2", -2i64);
    show(f, "int", "2**63 - 1", i64::MAX);
    show(f, "int", "-(2**63)", i64::MIN);
    show(f, "i8", "-128", -128i8);
    show(f, "i16", "-300", -300i16);
    show(f, "i32", "70000", 70000i32);
    show(f, "i64", "-1", -1i64);
    show(f, "u8", "255", 255u8);
    show(f, "u16", "65535", 65535u16);
    show(f, "u32", "2**32 - 1", u32::MAX);
    show(f, "u64", "2**64 - 1", u64::MAX);
    show(f, "float", "1.5", 1.5f64);
    show(f, "float", "-0.0", -0.0f64);
    show(f, "float", "float('inf')", f64::INFINITY);
    show(f, "float", "0.1", 0.1f64);
    show(f, "f32", "-2.25", -2.25f32);
    show(f, "f64", "1e300", 1e300f64);
    show(f, "str", "''", "");
    show(f, "str", "'na\\u00efve \\u2713 \\U0001f980'", "na\u{ef}ve \u{2713} \u{1f980}");
    show(f, "bytes", "b''", Vec::<u8>::new());
    show(f, "bytes", "bytes([0, 255, 7])", vec![0u8, 255, 7]);
    show(f, "None", "None", ());
    show(f, "tuple[()]", "()", ());
    show(f, "tuple[int]", "(1,)", (1i64,));
    show(f, "tuple[int, str, bool]", "(1, 'a', True)", (1i64, "a", true));
    show(f, "tuple[u8, tuple[i16, f32], str]", "(1, (-2, 0.5), 'z')", (1u8, (-2i16, 0.5f32), "z"));
    show(f, "list[int]", "[1, -1]", vec![1i64, -1]);
    show(f, "list[int]", "[]", Vec::<i64>::new());
    show(f, "list[u8]", "[1, 2]", vec![1u8, 2]);
    show(f, "list[float]", "[0.5, -1.0]", vec![0.5f64, -1.0]);
    show(f, "list[str]", "['a', 'bc']", vec!["a", "bc"]);
    show(f, "list[bool]", "[True, False]", vec![true, false]);
    show(f, "list[list[int]]", "[[1], [], [2, 3]]", vec![vec![1i64], vec![], vec![2, 3]]);
    show(f, "tuple[str, ...]", "('a', 'b')", vec!["a", "b"]);
    show(f, "set[int]", "{7}", std::collections::BTreeSet::from([7i64]));
    show(f, "frozenset[str]", "frozenset({'x'})", std::collections::BTreeSet::from(["x"]));
    show(f, "dict[str, int]", "{'a': 1, 'b': 2}", BTreeMap::from([("a", 1i64), ("b", 2)]));
    show(f, "dict[int, list[str]]", "{1: ['x'], 2: []}", BTreeMap::from([(1i64, vec!["x"]), (2, vec![])]));
    show(f, "int | None", "None", None::<i64>);
    show(f, "int | None", "5", Some(5i64));
    show(f, "list[str | None]", "['a', None]", vec![Some("a"), None]);
    show(f, "Color", "Color.RED", Color::Red);
    show(f, "Color", "Color.GREEN", Color::Green);
    show(f, "Point", "Point(-1, 2)", Point { x: -1, y: 2 });
    show(
        f,
        "Order",
        "Order('tea', 350, Point(1, 2), ['hot', 'green'], Color.GREEN)",
        Order {
            name: "tea".into(),
            price: Some(350),
            at: Point { x: 1, y: 2 },
            tags: vec!["hot".into(), "green".into()],
            color: Color::Green,
        },
    );
    show(
        f,
        "Order",
        "Order('', None, Point(0, 0), [], Color.RED)",
        Order { name: "".into(), price: None, at: Point { x: 0, y: 0 }, tags: vec![], color: Color::Red },
    );
    show(
        f,
        "Tree",
        "Tree(1, Tree(2, None, None), Tree(3, None, Tree(4, None, None)))",
        Tree {
            value: 1,
            left: Some(Box::new(leaf(2))),
            right: Some(Box::new(Tree { value: 3, left: None, right: Some(Box::new(leaf(4))) })),
        },
    );
    show(f, "Nothing", "Nothing()", Nothing);
    show(f, "MemberId[Color]", "MemberId.from_raw_id(3, 'Color')", RawId(3));
    show(f, "tuple[MemberId[Color], str]", "(MemberId.from_raw_id(2, 'Color'), 'hi')", (RawId(2), "hi"));
    show(f, "Put | Get | Nothing", "Put('k', 1)", Request::Put(Put { key: "k".into(), value: 1 }));
    show(f, "Put | Get | Nothing", "Get('k')", Request::Get(Get { key: "k".into() }));
    show(f, "Put | Get | Nothing", "Nothing()", Request::Stop(Nothing));
    println!("\n]");
}
