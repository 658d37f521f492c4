//! Lists, mappings and namespaces that a template adds to: `{% set _ = ids.append(record.id) %}`,
//! `{% set ns.total = ns.total + 1 %}`. What is added is copied, so that nothing contains itself or
//! nests without end.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use minijinja::value::{Enumerator, Kwargs, Object, ObjectRepr, ValueKind, from_args};
use minijinja::{Environment, Error, ErrorKind, State, Value};

use super::dates::invalid;

/// No list grows beyond.
const MAX_ITEMS: usize = 100_000;
/// What is added may not be nested deeper.
const MAX_DEPTH: usize = 32;

pub(super) fn add_to(environment: &mut Environment<'static>) {
    environment.add_function(
        "__list",
        |state: &State, value: Value| -> Result<Value, Error> {
            let items = value.try_iter()?.map(|item| frozen(&item, state, 0));
            Ok(Value::from_object(List(Mutex::new(
                items.collect::<Result<_, _>>()?,
            ))))
        },
    );
    environment.add_function(
        "__dict",
        |state: &State, value: Value| -> Result<Value, Error> {
            let fields = fields(&value, state)?;
            Ok(Value::from_object(Dict(Mutex::new(fields))))
        },
    );
    // The engine's own nests whatever it is given.
    environment.add_function(
        "namespace",
        |state: &State, kwargs: Kwargs| -> Result<Value, Error> {
            let fields = kwargs.args().map(|name| {
                let value = kwargs.get::<Value>(name)?;
                Ok((Value::from(name), frozen(&value, state, 0)?))
            });
            Ok(Value::from_object(Dict(Mutex::new(
                fields.collect::<Result<_, Error>>()?,
            ))))
        },
    );
}

#[derive(Debug)]
struct List(Mutex<Vec<Value>>);

#[derive(Debug)]
struct Dict(Mutex<Vec<(Value, Value)>>);

/// Nobody panics while holding one.
fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A copy that never changes, so that nothing can come to contain itself.
fn frozen(value: &Value, state: &State, depth: usize) -> Result<Value, Error> {
    state.consume_fuel(1)?;
    if depth > MAX_DEPTH {
        return Err(invalid("lists and mappings are nested too deeply"));
    }
    match value.kind() {
        ValueKind::Seq if !value.is_tuple() => value
            .try_iter()?
            .map(|item| frozen(&item, state, depth + 1))
            .collect(),
        ValueKind::Map if value.is_kwargs() => Ok(value.clone()),
        ValueKind::Map => {
            let fields = value.try_iter()?.map(|key| {
                Ok((
                    key.clone(),
                    frozen(&value.get_item(&key)?, state, depth + 1)?,
                ))
            });
            Ok(Value::from_pairs(
                fields.collect::<Result<Vec<_>, Error>>()?,
            ))
        }
        _ => Ok(value.clone()),
    }
}

fn fields(value: &Value, state: &State) -> Result<Vec<(Value, Value)>, Error> {
    if value.kind() != ValueKind::Map {
        return Err(invalid("a mapping is expected"));
    }
    value
        .try_iter()?
        .map(|key| Ok((key.clone(), frozen(&value.get_item(&key)?, state, 0)?)))
        .collect()
}

fn room(length: usize, state: &State) -> Result<(), Error> {
    if length > MAX_ITEMS {
        return Err(invalid("a list or mapping grows too long"));
    }
    state.consume_fuel(1)
}

impl Object for List {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Seq
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        held(&self.0).get(key.as_usize()?).cloned()
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Seq(held(&self.0).len())
    }

    fn call_method(
        self: &Arc<Self>,
        state: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        match method {
            "append" => {
                let (item,): (&Value,) = from_args(args)?;
                let item = frozen(item, state, 0)?;
                let mut items = held(&self.0);
                room(items.len(), state)?;
                items.push(item);
            }
            "extend" => {
                let (added,): (&Value,) = from_args(args)?;
                let added: Vec<Value> = added.try_iter()?.collect();
                for item in &added {
                    let item = frozen(item, state, 0)?;
                    let mut items = held(&self.0);
                    room(items.len(), state)?;
                    items.push(item);
                }
            }
            "insert" => {
                let (at, item): (i64, &Value) = from_args(args)?;
                let item = frozen(item, state, 0)?;
                let mut items = held(&self.0);
                room(items.len(), state)?;
                let at = place(at, items.len()).min(items.len());
                items.insert(at, item);
            }
            "pop" => {
                let (at,): (Option<i64>,) = from_args(args)?;
                let mut items = held(&self.0);
                let at = place(at.unwrap_or(-1), items.len());
                if at >= items.len() {
                    return Err(invalid("there is nothing to pop"));
                }
                return Ok(items.remove(at));
            }
            _ => return Err(Error::from(ErrorKind::UnknownMethod)),
        }
        Ok(Value::from(()))
    }
}

/// An index from the end when it is negative.
fn place(at: i64, length: usize) -> usize {
    let distance = usize::try_from(at.unsigned_abs()).unwrap_or(usize::MAX);
    if at < 0 {
        length.saturating_sub(distance)
    } else {
        distance
    }
}

impl Dict {
    fn put(&self, key: Value, value: Value, state: &State) -> Result<(), Error> {
        let mut fields = held(&self.0);
        room(fields.len(), state)?;
        // Every field is looked at.
        state.consume_fuel(fields.len() as u64 / 64)?;
        match fields.iter_mut().find(|(known, _)| *known == key) {
            Some((_, known)) => *known = value,
            None => fields.push((key, value)),
        }
        Ok(())
    }
}

impl Object for Dict {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Map
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let fields = held(&self.0);
        let found = fields.iter().find(|(known, _)| known == key);
        found.map(|(_, value)| value.clone())
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(held(&self.0).iter().map(|(key, _)| key.clone()).collect())
    }

    fn call_method(
        self: &Arc<Self>,
        state: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        match method {
            "update" => {
                let (added,): (&Value,) = from_args(args)?;
                for (key, value) in fields(added, state)? {
                    self.put(key, value, state)?;
                }
                Ok(Value::from(()))
            }
            "__set" => {
                let (key, value): (Value, &Value) = from_args(args)?;
                self.put(key, frozen(value, state, 0)?, state)?;
                Ok(Value::from(()))
            }
            "setdefault" => {
                let (key, value): (Value, Option<&Value>) = from_args(args)?;
                if let Some(known) = self.get_value(&key) {
                    return Ok(known);
                }
                let value = frozen(value.unwrap_or(&Value::from(())), state, 0)?;
                self.put(key, value.clone(), state)?;
                Ok(value)
            }
            _ => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }
}
