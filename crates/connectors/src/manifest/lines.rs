//! Where in a manifest's text something stands: a tree of its nodes with their lines, made only
//! for authors who ask.

use std::collections::HashMap;
use std::rc::Rc;

use saphyr_parser::{Event, Parser, StrInput};

use super::parameters::PARAMETERS;

/// No chain of references is followed further.
const MAX_HOPS: usize = 100;

/// A node of the text. Aliases share the node that they repeat.
#[derive(Debug)]
pub(super) struct Lined {
    pub(super) line: usize,
    shape: Shape,
}

#[derive(Debug)]
enum Shape {
    Map(Vec<(String, Rc<Lined>)>),
    List(Vec<Rc<Lined>>),
    Text(String),
}

impl Lined {
    /// Reads a text that is known to be a manifest; `None` when it is none.
    pub(super) fn parse(text: &str) -> Option<Rc<Self>> {
        let mut reader = Reader {
            parser: Parser::new_from_str(text),
            anchors: HashMap::new(),
        };
        loop {
            match reader.next()? {
                (Event::Nothing | Event::StreamStart | Event::DocumentStart(_), _) => {}
                (event, line) => return reader.node(event, line),
            }
        }
    }

    /// The line of the deepest node of `path` that the text holds, as in
    /// `streams[2].retriever.requester`. References, merges and parameters are followed.
    pub(super) fn locate(self: &Rc<Self>, path: &str) -> usize {
        let mut node = self.clone();
        let mut parameters = Vec::new();
        for step in path.split(['.', '[']) {
            let step = step.trim_end_matches(']');
            let below = self.below(&node, step, &mut parameters, 0);
            match below {
                Some(below) => node = below,
                None => break,
            }
        }
        self.referred(node).line
    }

    /// Whether the path leads to a node of its own.
    pub(super) fn holds(self: &Rc<Self>, path: &str) -> bool {
        let parent = path.rsplit_once('.').map_or("", |(parent, _)| parent);
        self.locate(path) != self.locate(parent)
    }

    fn below(
        self: &Rc<Self>,
        node: &Rc<Self>,
        step: &str,
        parameters: &mut Vec<Rc<Self>>,
        hops: usize,
    ) -> Option<Rc<Self>> {
        if hops > MAX_HOPS {
            return None;
        }
        match &node.shape {
            Shape::List(items) => items.get(step.parse::<usize>().ok()?).cloned(),
            Shape::Text(_) => {
                let target = self.target(node)?;
                self.below(&target, step, parameters, hops + 1)
            }
            Shape::Map(_) => {
                if let Some(own) = node.get(PARAMETERS) {
                    parameters.push(own);
                }
                node.get(step)
                    .or_else(|| {
                        let merged = node.get("<<")?;
                        let merged = match &merged.shape {
                            Shape::List(items) => items.clone(),
                            _ => vec![merged],
                        };
                        merged
                            .iter()
                            .find_map(|map| self.below(map, step, parameters, hops + 1))
                    })
                    .or_else(|| {
                        let reference = node.get("$ref")?;
                        let target = self.target(&reference)?;
                        self.below(&target, step, parameters, hops + 1)
                    })
                    .or_else(|| parameters.iter().rev().find_map(|given| given.get(step)))
            }
        }
    }

    fn get(&self, key: &str) -> Option<Rc<Self>> {
        match &self.shape {
            Shape::Map(entries) => entries
                .iter()
                .find(|(name, _)| name == key)
                .map(|(_, node)| node.clone()),
            Shape::List(_) | Shape::Text(_) => None,
        }
    }

    /// What a text that is a reference stands for; any other node itself.
    fn referred(self: &Rc<Self>, node: Rc<Self>) -> Rc<Self> {
        let mut node = node;
        for _ in 0..MAX_HOPS {
            match self.target(&node) {
                Some(target) => node = target,
                None => break,
            }
        }
        node
    }

    fn target(self: &Rc<Self>, reference: &Self) -> Option<Rc<Self>> {
        let Shape::Text(text) = &reference.shape else {
            return None;
        };
        let mut rest = text.strip_prefix("#/")?;
        let mut node = self.clone();
        while !rest.is_empty() {
            if let Some(found) = node.get(rest) {
                return Some(found);
            }
            let (head, tail) = rest.split_once('/').unwrap_or((rest, ""));
            node = match &node.shape {
                Shape::List(items) => items.get(head.parse::<usize>().ok()?)?.clone(),
                _ => node.get(head)?,
            };
            rest = tail;
        }
        Some(node)
    }
}

struct Reader<'t> {
    parser: Parser<'t, StrInput<'t>>,
    anchors: HashMap<usize, Rc<Lined>>,
}

impl<'t> Reader<'t> {
    fn next(&mut self) -> Option<(Event<'t>, usize)> {
        let (event, span) = self.parser.next_event()?.ok()?;
        Some((event, span.start.line()))
    }

    fn node(&mut self, event: Event<'t>, line: usize) -> Option<Rc<Lined>> {
        let (shape, anchor) = match event {
            Event::Alias(anchor) => return self.anchors.get(&anchor).cloned(),
            Event::Scalar(text, _, anchor, _) => (Shape::Text(text.into_owned()), anchor),
            Event::SequenceStart(anchor, _) => {
                let mut items = Vec::new();
                loop {
                    match self.next()? {
                        (Event::SequenceEnd, _) => break,
                        (event, line) => items.push(self.node(event, line)?),
                    }
                }
                (Shape::List(items), anchor)
            }
            Event::MappingStart(anchor, _) => {
                let mut entries = Vec::new();
                loop {
                    let (event, line) = self.next()?;
                    if matches!(event, Event::MappingEnd) {
                        break;
                    }
                    let key = self.node(event, line)?;
                    let (event, line) = self.next()?;
                    let value = self.node(event, line)?;
                    if let Shape::Text(key) = &key.shape {
                        entries.push((key.clone(), value));
                    }
                }
                (Shape::Map(entries), anchor)
            }
            _ => return None,
        };
        let node = Rc::new(Lined { line, shape });
        if anchor > 0 {
            self.anchors.insert(anchor, node.clone());
        }
        Some(node)
    }
}
