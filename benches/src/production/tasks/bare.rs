//! A broker alone: messages with confirms, consumed with manual acknowledgement.

use std::time::Instant;

use anyhow::Context as _;
use futures::StreamExt as _;
use lapin::options::{
    BasicAckOptions, BasicConsumeOptions, BasicPublishOptions, BasicQosOptions,
    ConfirmSelectOptions, QueueDeclareOptions, QueuePurgeOptions,
};
use lapin::types::{AMQPValue, FieldTable};
use lapin::{BasicProperties, Channel, Connection, ConnectionProperties};

const QUEUE: &str = "repono-bench-bare";
/// As many as ask for tasks at the same time.
const PUBLISHING: usize = 32;
/// Messages that a consumer has at a time.
const PREFETCH: u16 = 64;
/// As long as the id of a task.
const MESSAGE: [u8; 36] = [b'0'; 36];

/// How long so many messages take from the first that is published to the last that is acknowledged.
pub(super) async fn seconds(url: &str, count: usize) -> anyhow::Result<f64> {
    let connection = Connection::connect(url, ConnectionProperties::default()).await?;
    let publisher = connection.create_channel().await?;
    publisher.confirm_select(ConfirmSelectOptions::default()).await?;
    let channel = connection.create_channel().await?;
    // As ours are: kept by a majority, and on disk.
    let mut arguments = FieldTable::default();
    arguments.insert("x-queue-type".into(), AMQPValue::LongString("quorum".into()));
    let durable = QueueDeclareOptions { durable: true, ..QueueDeclareOptions::default() };
    channel.queue_declare(QUEUE.into(), durable, arguments).await?;
    channel.queue_purge(QUEUE.into(), QueuePurgeOptions::default()).await?;
    channel.basic_qos(PREFETCH, BasicQosOptions::default()).await?;

    let begun = Instant::now();
    futures::try_join!(publish(&publisher, count), consume(&channel, count))?;
    let took = begun.elapsed();
    connection.close(200, "done".into()).await?;
    Ok(took.as_secs_f64())
}

async fn publish(channel: &Channel, count: usize) -> anyhow::Result<()> {
    let message = || async {
        let persistent = BasicProperties::default().with_delivery_mode(2);
        let options = BasicPublishOptions::default();
        let sent =
            channel.basic_publish("".into(), QUEUE.into(), options, &MESSAGE, persistent).await?;
        sent.await?;
        anyhow::Ok(())
    };
    let mut published =
        futures::stream::iter(0..count).map(|_| message()).buffer_unordered(PUBLISHING);
    while let Some(published) = published.next().await {
        published?;
    }
    Ok(())
}

async fn consume(channel: &Channel, count: usize) -> anyhow::Result<()> {
    let options = BasicConsumeOptions::default();
    let mut messages =
        channel.basic_consume(QUEUE.into(), "bare".into(), options, FieldTable::default()).await?;
    for _ in 0..count {
        let message = messages.next().await.context("the broker hands out nothing more")??;
        message.ack(BasicAckOptions::default()).await?;
    }
    Ok(())
}
