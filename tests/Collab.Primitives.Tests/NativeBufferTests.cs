namespace Collab.Primitives.Tests;

public sealed unsafe class NativeBufferTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4097)]
    [InlineData(700_000)]
    public void A_buffer_is_aligned_and_has_its_length(int length)
    {
        using var buffer = NativeBuffer<uint>.Allocate(length);
        Assert.Equal(length, buffer.Span.Length);
        Assert.Equal(0, (nint)buffer.Pointer & 63);
    }

    [Fact]
    public void A_secret_is_gone_when_the_memory_is_used_again()
    {
        for (var i = 0; i < 20; i++)
        {
            using var buffer = NativeBuffer<ulong>.Allocate(600_001);
            Assert.Equal(-1, buffer.Span.IndexOf(0x5EC3E75EC3E7UL));
            buffer.Span.Fill(0x5EC3E75EC3E7UL);
            buffer.Shorten(7); // what was dropped is zeroed too
        }
    }

    [Fact]
    public void A_buffer_that_was_given_back_is_refused()
    {
        var buffer = NativeBuffer<byte>.AllocateZeroed(5);
        buffer.Dispose();
        buffer.Dispose();
        Assert.Throws<ObjectDisposedException>(() => buffer.Span.Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => NativeBuffer<byte>.Allocate(-1));
    }

    [Fact]
    public void Two_buffers_that_live_at_once_share_nothing()
    {
        using var first = NativeBuffer<byte>.AllocateZeroed(5000);
        using var second = NativeBuffer<byte>.AllocateZeroed(5000);
        first.Span.Fill(1);
        Assert.Equal(-1, second.Span.IndexOfAnyExcept((byte)0));
    }

    [Fact]
    public void The_pool_gives_its_memory_back()
    {
        NativeBuffer<byte>.Allocate(3 << 20).Dispose();
        Assert.True(NativeMemoryPool.IdleSize > 0);
        NativeMemoryPool.Trim();
        Assert.True(NativeMemoryPool.IdleSize < 3 << 20); // other tests run at the same time
    }
}
