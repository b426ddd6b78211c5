//! Batches that fit into memory, however large their documents are.

use repono_domain::RecordId;

use crate::{Context, Result};

/// Cuts a batch so that the documents of a portion have no more bytes together than the operator
/// allows; what is larger by itself is a portion of its own.
pub(super) async fn portions<'i>(
    ctx: &Context,
    ids: &'i [RecordId],
) -> Result<Vec<&'i [RecordId]>> {
    if ids.len() < 2 {
        return Ok(vec![ids]);
    }
    let sizes = ctx.database.sizes(ids).await?;
    Ok(cut(ids, &sizes, ctx.settings.indexing.batch_bytes))
}

/// `sizes` are those of `items`.
fn cut<'i, T>(items: &'i [T], sizes: &[u64], most: u64) -> Vec<&'i [T]> {
    let mut portions = Vec::new();
    let (mut from, mut bytes) = (0, 0_u64);
    for (place, size) in sizes.iter().enumerate() {
        let sum = bytes.saturating_add(*size);
        if sum > most && place > from {
            portions.push(&items[from..place]);
            (from, bytes) = (place, *size);
        } else {
            bytes = sum;
        }
    }
    portions.push(&items[from..]);
    portions
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_portion_has_as_much_as_fits() {
        let portions = |sizes: &[u64]| -> Vec<Vec<u64>> {
            cut(sizes, sizes, 10).into_iter().map(<[u64]>::to_vec).collect()
        };

        assert_eq!(portions(&[1, 2, 7, 1]), [vec![1, 2, 7], vec![1]]);
        assert_eq!(portions(&[11, 1]), [vec![11], vec![1]]);
        assert_eq!(portions(&[1, 11, u64::MAX, 0]), [vec![1], vec![11], vec![u64::MAX], vec![0]]);
        assert_eq!(portions(&[]), [Vec::<u64>::new()]);
    }

    proptest! {
        #[test]
        fn nothing_is_left_out_or_too_much(sizes in prop::collection::vec(0..30_u64, 0..40)) {
            let portions = cut(&sizes, &sizes, 20);

            for portion in &portions {
                prop_assert!(portion.len() < 2 || portion.iter().sum::<u64>() <= 20);
            }
            prop_assert_eq!(portions.concat(), sizes);
        }
    }
}
