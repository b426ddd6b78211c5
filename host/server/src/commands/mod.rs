//! The command line.

mod compile_plugin;
mod config;
mod doctor;
mod doi;
mod export;
mod import;
mod index;
mod mail;
mod migrate;
mod nodes;
mod openapi;
mod plugin;
mod progress;
mod queue;
mod role;
mod schedule;
mod serve;
mod show;
mod task;
mod token;
mod user;
mod webhook;
mod workflow;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::client::Global;
use crate::failure::{self, Code};
use crate::output;
use crate::roles::Role;

const EXAMPLES: &str = "\
Examples:
  repono serve                                      a whole repository, in ./repono-data
  repono token create --scope read,write,admin      what to send as `Authorization: Bearer …`
  repono import --collection records data.ndjson.gz --publish
  repono plugin install minerals.wasm --activate
  repono doctor                                     what is wrong, and what to do

Every command but `serve` talks to the server that runs on the data folder, or to the one named
with --url and --token. When none runs, it works on the data folder by itself.

Exit codes:
  0 done   1 failed   2 wrong usage   3 an import refused documents
  4 not found   5 conflict, or in use   6 something needed does not answer";

/// Repono keeps research records: a server, and the commands of who runs it.
#[derive(Parser)]
#[command(name = "repono", version, after_help = EXAMPLES, arg_required_else_help = true, max_term_width = 100)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Serve(serve::Args),
    /// Does tasks: part of `serve`, or a process of its own on services that are shared
    Work(role::WorkArgs),
    Schedule(schedule::Args),
    /// Indexes what was not indexed at once: part of `serve`, or a process of its own
    Relay(role::Args),
    Migrate(migrate::Args),
    Nodes(nodes::Args),
    Import(import::Args),
    Export(export::Args),
    #[command(subcommand)]
    Plugin(plugin::Command),
    #[command(subcommand)]
    Index(index::Command),
    #[command(subcommand)]
    Task(task::Command),
    #[command(subcommand)]
    Workflow(workflow::Command),
    #[command(subcommand)]
    Doi(doi::Command),
    #[command(subcommand)]
    Mail(mail::Command),
    #[command(subcommand)]
    Webhook(webhook::Command),
    #[command(subcommand)]
    Queue(queue::Command),
    #[command(subcommand)]
    User(user::Command),
    #[command(subcommand)]
    Token(token::Command),
    Doctor(doctor::Args),
    #[command(subcommand)]
    Config(config::Command),
    Openapi(openapi::Args),
    #[command(hide = true)]
    CompilePlugin(compile_plugin::Args),
}

/// Runs the program with these arguments, its own name first.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are such errors too.
            error.print().unwrap_or_default();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(Code::Usage as u8));
        }
    };
    match run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            output::note(format!("repono: {error:#}"));
            ExitCode::from(failure::code(&error) as u8)
        }
    }
}

fn run(cli: Cli) -> anyhow::Result<()> {
    let Cli { global, command } = cli;
    match command {
        Command::Serve(args) => serve::run(&global, args),
        Command::Work(args) => role::work(&global, args),
        Command::Schedule(args) => schedule::run(&global, args),
        Command::Relay(args) => role::run(&global, args, Role::Relay),
        Command::Migrate(args) => migrate::run(&global, &args),
        Command::Nodes(args) => nodes::run(&global, &args),
        Command::Import(args) => import::run(&global, &args),
        Command::Export(args) => export::run(&global, &args),
        Command::Plugin(command) => plugin::run(&global, command),
        Command::Index(command) => index::run(&global, command),
        Command::Task(command) => task::run(&global, command),
        Command::Workflow(command) => workflow::run(&global, command),
        Command::Doi(command) => doi::run(&global, command),
        Command::Mail(command) => mail::run(&global, command),
        Command::Webhook(command) => webhook::run(&global, command),
        Command::Queue(command) => queue::run(&global, command),
        Command::User(command) => user::run(&global, command),
        Command::Token(command) => token::run(&global, command),
        Command::Doctor(args) => doctor::run(&global, &args),
        Command::Config(command) => config::run(&global, &command),
        Command::Openapi(args) => openapi::run(&args),
        Command::CompilePlugin(args) => compile_plugin::run(&args),
    }
}

/// Whoever read the result has seen enough.
fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let broken = |cause: &(dyn std::error::Error + 'static)| {
        cause
            .downcast_ref::<std::io::Error>()
            .is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
    };
    error.chain().any(broken)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_command_says_what_it_does_and_most_give_an_example() {
        fn check(command: &clap::Command) {
            assert!(command.get_about().is_some(), "{} has no help", command.get_name());
            command.get_subcommands().for_each(check);
        }
        let without_example = ["compile-plugin", "help"];

        let command = Cli::command();

        check(&command);
        for command in command
            .get_subcommands()
            .filter(|command| !without_example.contains(&command.get_name()))
        {
            let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            assert!(
                help.contains("Examples:") && help.contains("repono "),
                "{} has no examples",
                command.get_name()
            );
        }
    }

    #[test]
    fn a_schedule_is_a_role_unless_a_command_is_given() {
        let role = Cli::try_parse_from(["repono", "schedule", "--listen", "127.0.0.1:1"]);
        let command = Cli::try_parse_from(["repono", "schedule", "pause", "nightly", "--json"]);
        let both = Cli::try_parse_from(["repono", "schedule", "--listen", "127.0.0.1:1", "list"]);

        assert!(matches!(role.unwrap().command, Command::Schedule(args) if args.is_role()));
        assert!(matches!(command.unwrap().command, Command::Schedule(args) if !args.is_role()));
        assert!(both.is_err());
    }

    #[test]
    fn what_every_command_takes_may_stand_before_and_after_it() {
        let before =
            Cli::try_parse_from(["repono", "--data", "d", "user", "list", "--json"]).unwrap();
        let after =
            Cli::try_parse_from(["repono", "user", "list", "--json", "--data", "d"]).unwrap();

        assert_eq!(before.global.data, after.global.data);
        assert!(before.global.json && after.global.json);
    }
}
