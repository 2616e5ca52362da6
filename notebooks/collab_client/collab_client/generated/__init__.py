"""What protoc makes of protocols/proto/collab/v1/operator.proto (generate.py)."""
