"""gRPC's settings that server and client share."""

from __future__ import annotations

# Pictures are hundreds of kilobytes: read in large pieces, an exchange of one for its
# views takes 0.9 instead of 1.3 ms on one machine. Unknown names are ignored.
LARGE_MESSAGES = (
    ("grpc.http2.lookahead_bytes", 4 << 20),
    ("grpc.experimental.tcp_read_chunk_size", 512 << 10),
    ("grpc.experimental.tcp_min_read_chunk_size", 256 << 10),
)


def channel_options(max_message_bytes: int) -> list[tuple[str, int]]:
    """Options of a channel or a server.

    Args:
      max_message_bytes: the largest message, either way.
    """
    return [
        ("grpc.max_send_message_length", max_message_bytes),
        ("grpc.max_receive_message_length", max_message_bytes),
        *LARGE_MESSAGES,
    ]
