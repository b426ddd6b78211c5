//! [`crate::ports::Accounts`]: users by number and address, tokens by hash.

use repono_domain::{Scope, Token, User, UserId};

use super::samples::{number, time};
use crate::Kind;
use crate::ports::{Change, Database};

/// Runs the whole suite on an empty database.
pub async fn keeps_the_contract(database: &dyn Database) {
    a_user_is_found_by_number_and_address(database).await;
    an_address_belongs_to_one_user_whatever_its_case(database).await;
    a_token_is_found_by_its_hash_until_it_is_revoked(database).await;
    a_token_needs_its_user_and_a_secret_of_its_own(database).await;
    numbers_come_in_the_order_of_their_steps(database).await;
}

async fn a_user_is_found_by_number_and_address(database: &dyn Database) {
    let user = insert(database, User { admin: true, ..user("Ada@Example.org") }).await;

    assert_eq!(user.email, "Ada@Example.org", "it is kept as it was written");
    assert_eq!(database.user_by_email("ada@example.ORG").await.unwrap(), Some(user.clone()));
    assert_eq!(database.user_by_email("eve@example.org").await.unwrap(), None);
    assert_eq!(database.user(UserId(i64::MAX)).await.unwrap(), None);
    assert!(database.users().await.unwrap().contains(&user));
}

async fn an_address_belongs_to_one_user_whatever_its_case(database: &dyn Database) {
    insert(database, user("grace@example.org")).await;

    let refused = database
        .write(vec![Change::InsertUser { user: user("GRACE@example.org") }])
        .await
        .unwrap_err();

    assert_eq!(refused.kind(), Kind::Conflict);
    assert_eq!(refused.to_string(), "there is already a user with this e-mail address");
}

async fn a_token_is_found_by_its_hash_until_it_is_revoked(database: &dyn Database) {
    let user = insert(database, user("alan@example.org")).await;
    let other = insert(database, self::user("edsger@example.org")).await;
    let (first, second) =
        (token(user.id), Token { expires: None, scopes: vec![Scope::Admin], ..token(other.id) });
    let changes = vec![
        Change::InsertToken { token: first.clone(), hash: [1; 32] },
        Change::InsertToken { token: second.clone(), hash: [2; 32] },
    ];

    let ids = database.write(changes).await.unwrap().ids;

    let (first, second) = (Token { id: ids[0], ..first }, Token { id: ids[1], ..second });
    assert_eq!(database.token(&[1; 32]).await.unwrap(), Some((first.clone(), user.clone())));
    assert_eq!(database.token(&[3; 32]).await.unwrap(), None);
    assert_eq!(database.tokens(Some(user.id)).await.unwrap(), std::slice::from_ref(&first));
    assert_eq!(database.tokens(None).await.unwrap(), [first.clone(), second.clone()]);

    database
        .write(vec![Change::RevokeToken(first.id), Change::RevokeToken(i64::MAX)])
        .await
        .unwrap();
    assert_eq!(database.token(&[1; 32]).await.unwrap(), None);
    assert_eq!(database.tokens(None).await.unwrap(), [second]);
}

async fn a_token_needs_its_user_and_a_secret_of_its_own(database: &dyn Database) {
    let user = insert(database, user("barbara@example.org")).await;
    database
        .write(vec![Change::InsertToken { token: token(user.id), hash: [9; 32] }])
        .await
        .unwrap();

    for (user, hash) in [(user.id, [9; 32]), (UserId(i64::MAX), [10; 32])] {
        let refused = database
            .write(vec![Change::InsertToken { token: token(user), hash }])
            .await
            .unwrap_err();
        assert_eq!(refused.kind(), Kind::Conflict, "{refused}");
    }
}

async fn numbers_come_in_the_order_of_their_steps(database: &dyn Database) {
    let emails: Vec<String> = (0..40).map(|_| format!("user-{}@example.org", number())).collect();
    let changes = emails.iter().map(|email| Change::InsertUser { user: user(email) }).collect();

    let ids = database.write(changes).await.unwrap().ids;

    for (id, email) in ids.into_iter().zip(emails) {
        assert_eq!(database.user(UserId(id)).await.unwrap().unwrap().email, email);
    }
    let numbers: Vec<UserId> =
        database.users().await.unwrap().into_iter().map(|user| user.id).collect();
    assert!(numbers.is_sorted());
}

async fn insert(database: &dyn Database, user: User) -> User {
    let written = database.write(vec![Change::InsertUser { user: user.clone() }]).await.unwrap();
    let id = UserId(written.ids[0]);
    let stored = database.user(id).await.unwrap().unwrap();
    assert_eq!(stored, User { id, ..user });
    stored
}

fn user(email: &str) -> User {
    User { id: UserId(0), email: email.to_owned(), admin: false, blocked: false, created: time(0) }
}

fn token(user: UserId) -> Token {
    Token {
        id: 0,
        user,
        name: "laptop".to_owned(),
        scopes: vec![Scope::Read, Scope::Write],
        created: time(0),
        expires: Some(time(100)),
    }
}
