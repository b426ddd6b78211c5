//! Reading all vocabularies into memory.

use std::sync::Arc;

use crate::{Error, Result, Services};

use super::Terms;

/// Reads all vocabularies anew.
pub async fn load(services: &Services) -> Result<()> {
    let mut terms = Terms::default();
    for (name, _) in services.database.vocabularies().await? {
        let stored = services.database.terms(&name).await?;
        let parsed = stored
            .iter()
            .map(|term| serde_json::from_str(&term.json))
            .collect::<Result<Vec<_>, _>>();
        let parsed = parsed.map_err(|source| {
            Error::internal(format!("vocabulary {name} holds a term that is not JSON"), source)
        })?;
        terms = terms.with(&name, parsed);
    }
    services.terms.store(Arc::new(terms));
    Ok(())
}
