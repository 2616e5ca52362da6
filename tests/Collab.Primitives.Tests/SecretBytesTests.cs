using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Collab.Testing;

namespace Collab.Primitives.Tests;

public class SecretBytesTests
{
    [Fact]
    public void Taking_zeroes_the_original()
    {
        byte[] original = [1, 2, 3];
        using var secret = SecretBytes.Take(original);
        Assert.Equal([0, 0, 0], original);
        Assert.Equal([1, 2, 3], secret.Use(0, static (bytes, _) => bytes.ToArray()));
        Assert.Equal(3, secret.Size);
    }

    [Fact]
    public unsafe void Dispose_zeroes_the_memory_itself()
    {
        var secret = SecretBytes.Random(32, RandomSource.Seeded(1));
        var address = secret.Use(0, static (bytes, _) => (nint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(bytes))); // pinned: stays
        Assert.Contains(new ReadOnlySpan<byte>((void*)address, 32).ToArray(), b => b != 0);
        secret.Dispose();
        Assert.All(new ReadOnlySpan<byte>((void*)address, 32).ToArray(), b => Assert.Equal(0, b));
        GC.KeepAlive(secret);
    }

    [Fact]
    public void A_disposed_secret_cannot_be_used_and_is_disposed_twice_without_harm()
    {
        var secret = SecretBytes.Random(4, RandomSource.Seeded(2));
        secret.Dispose();
        secret.Dispose();
        Assert.Throws<ObjectDisposedException>(() => secret.Use(0, static (bytes, _) => bytes.Length));
    }

    [Fact]
    public void It_prints_its_size_only()
    {
        using var secret = SecretBytes.Take([0x41, 0x42]);
        Assert.Equal("2 secret bytes", secret.ToString());
    }

    [Fact]
    public void The_system_source_fills_every_byte_at_some_time()
    {
        var seen = new byte[64];
        for (var i = 0; i < 20; i++)
        {
            var bytes = RandomSource.System.Bytes(seen.Length);
            for (var j = 0; j < seen.Length; j++) seen[j] |= bytes[j];
        }

        Assert.All(seen, b => Assert.NotEqual(0, b)); // misses with probability 64 * 2^-160
    }
}
