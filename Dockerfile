# Two stages: what builds the one file, and what runs it.

FROM rust:1.95.0-bookworm AS build
RUN rustup target add wasm32-unknown-unknown
WORKDIR /src
COPY . .
# The plugins first: the server has those inside that are there when it is built.
RUN cargo xtask plugins && cargo build --release --locked --package repono-server

FROM debian:bookworm-slim
RUN useradd --system --home-dir /var/lib/repono repono \
    && install --directory --owner repono --group repono --mode 0700 /var/lib/repono
COPY --from=build /src/target/release/repono /usr/local/bin/repono
USER repono
WORKDIR /var/lib/repono
ENV REPONO_DATA__DIR=/var/lib/repono REPONO_SERVER__LISTEN=0.0.0.0:8080
VOLUME /var/lib/repono
EXPOSE 8080
ENTRYPOINT ["repono"]
CMD ["serve"]
