using Collab.Arithmetic.BinaryField;
using Collab.Primitives;
using Collab.SecretSharing.Boolean;
using Collab.SecretSharing.Vectors;

namespace Collab.SecretSharing.TwoPartyRing;

/// <summary>Products by oblivious transfer: specs/two-party-ring.md, steps 2 and 3, and specs/boolean-sharing.md for bits.</summary>
/// <param name="engine">This party's end over bits, with its transfers; owned from here on.</param>
internal sealed class TransferProducts(BooleanEngine engine) : IProducts
{
    /// <inheritdoc/>
    public BooleanEngine? Mover => engine;

    /// <inheritdoc/>
    public async Task<NativeBuffer<ulong>> MultiplyAsync(NativeBuffer<ulong> x, NativeBuffer<ulong> y, CancellationToken cancellation)
    {
        using var own = NativeBuffer<ulong>.Allocate(x.Length);
        var products = await CrossProducts.BothWaysAsync(engine, x, y, cancellation).ConfigureAwait(false);
        unsafe
        {
            WordKernels.Multiply<Integers64>(WordKernels.Best, x.Pointer, y.Pointer, own.Pointer, x.Length);
            WordKernels.Add<Integers64>(WordKernels.Best, products.Pointer, own.Pointer, products.Pointer, x.Length);
        }

        return products;
    }

    /// <inheritdoc/>
    public async Task<NativeBuffer<ulong>> AndAsync(NativeBuffer<ulong> x, NativeBuffer<ulong> y, CancellationToken cancellation)
    {
        using SharedBits left = BitsOf(x), right = BitsOf(y);
        using var product = await BooleanGates.AndAsync(engine, left, right, cancellation).ConfigureAwait(false);
        var words = NativeBuffer<ulong>.Allocate(x.Length);
        product.Share.Words[..x.Length].CopyTo(words.Span);
        return words;
    }

    /// <inheritdoc/>
    public Task<NativeBuffer<ulong>> MultiplyKnownAsync(NativeBuffer<ulong> own, int bits, bool chooses, CancellationToken cancellation) => chooses
        ? CrossProducts.ReceiveAsync(engine, own, bits, cancellation)
        : CrossProducts.SendAsync(engine, own, bits, cancellation);

    /// <inheritdoc/>
    public Task<(NativeBuffer<ulong> Sent, NativeBuffer<ulong> Chosen)> MultiplyKnownBothWaysAsync(
        NativeBuffer<ulong> sent, NativeBuffer<ulong> chosen, int bits, CancellationToken cancellation) =>
        CrossProducts.BothWaysAsync(engine, sent, chosen, bits, cancellation);

    /// <inheritdoc/>
    public Task EndAsync(CancellationToken cancellation) => Task.CompletedTask;

    /// <summary>Frees the hash of the transfers.</summary>
    public void Dispose() => engine.Dispose();

    private static SharedBits BitsOf(NativeBuffer<ulong> words)
    {
        var bits = new BitVector(checked(words.Length * 64));
        words.Span.CopyTo(bits.Words);
        return new(bits);
    }
}
