namespace Collab.Data.Tests.Csv;

/// <summary>A beginning, then a pattern again and again up to a length, then an end; made as it is read and nowhere kept.</summary>
internal sealed class GeneratedStream(byte[] beginning, byte[] pattern, long patternLength, byte[] end) : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => beginning.Length + patternLength + end.Length;

    public override long Position { get; set; }

    public override int Read(Span<byte> buffer)
    {
        var (source, offset) = Position < beginning.Length ? (beginning, Position)
            : Position < beginning.Length + patternLength ? (pattern, (Position - beginning.Length) % pattern.Length)
            : (end, Position - beginning.Length - patternLength);
        var inPattern = ReferenceEquals(source, pattern);
        var left = inPattern ? beginning.Length + patternLength - Position : source.Length - offset;
        var count = (int)Math.Min(Math.Min(left, source.Length - offset), buffer.Length);
        source.AsSpan((int)offset, count).CopyTo(buffer);
        Position += count;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(Read(buffer.Span));
    }

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
