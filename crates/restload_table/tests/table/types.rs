//! The lattice of types.

use proptest::prelude::*;
use proptest::sample::select;
use restload_table::{ColumnType, StructField};

/// Types as pages have them.
fn column_type() -> impl Strategy<Value = ColumnType> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(|empties| ColumnType::Untyped { empties }),
        Just(ColumnType::Boolean),
        (0..=15u8).prop_map(|digits| ColumnType::Int64 { digits, exact: true }),
        (16..=19u8, any::<bool>()).prop_map(|(digits, exact)| ColumnType::Int64 { digits, exact }),
        (0..320u16, 0..340u16)
            .prop_map(|(int_digits, frac_digits)| ColumnType::Float64 { int_digits, frac_digits }),
        (0..20u16, 0..20u16)
            .prop_map(|(int_digits, frac_digits)| ColumnType::Float64 { int_digits, frac_digits }),
        (1..=38u8, 0..=38u8)
            .prop_map(|(precision, scale)| ColumnType::Decimal { precision, scale: scale.min(precision) }),
        select(vec![ColumnType::Timestamp, ColumnType::Date, ColumnType::Text, ColumnType::Json]),
    ];
    leaf.prop_recursive(3, 24, 6, |inner| {
        let field = (select(vec!["a", "b", "c", "A"]), inner.clone());
        prop_oneof![
            proptest::collection::vec(field, 1..4).prop_map(|fields| {
                let mut unique: Vec<StructField> = Vec::new();
                for (name, ty) in fields {
                    if unique.iter().all(|known| known.name != name) {
                        unique.push(StructField { name: name.to_owned(), ty });
                    }
                }
                ColumnType::Struct { fields: unique }
            }),
            inner.prop_map(|item| ColumnType::List { item: Box::new(item) }),
        ]
    })
}

/// The type with its fields sorted: the order of fields is that of arrival and no part of the law.
fn sorted(ty: ColumnType) -> ColumnType {
    match ty {
        ColumnType::Struct { mut fields } => {
            fields.sort_by(|a, b| a.name.cmp(&b.name));
            let fields =
                fields.into_iter().map(|field| StructField { ty: sorted(field.ty), ..field }).collect();
            ColumnType::Struct { fields }
        }
        ColumnType::List { item } => ColumnType::List { item: Box::new(sorted(*item)) },
        other => other,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn a_join_is_associative(a in column_type(), b in column_type(), c in column_type()) {
        prop_assert_eq!(a.join(&b).join(&c), a.join(&b.join(&c)));
    }

    #[test]
    fn a_join_is_commutative(a in column_type(), b in column_type()) {
        prop_assert_eq!(sorted(a.join(&b)), sorted(b.join(&a)));
    }

    #[test]
    fn a_join_is_idempotent_and_above_both(a in column_type(), b in column_type()) {
        prop_assert_eq!(a.join(&a), a.clone());
        let joined = a.join(&b);
        prop_assert_eq!(joined.join(&a), joined.clone());
        prop_assert_eq!(joined.join(&b), joined.clone());
        prop_assert!(a.fits(&joined) && b.fits(&joined));
    }

    #[test]
    fn a_type_is_read_as_it_was_written(a in column_type()) {
        let json = serde_json::to_string(&a).unwrap();
        prop_assert_eq!(serde_json::from_str::<ColumnType>(&json).unwrap(), a);
    }
}
