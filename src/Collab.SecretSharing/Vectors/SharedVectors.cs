using Collab.Primitives;

namespace Collab.SecretSharing.Vectors;

/// <summary>What each party does on its own with shared vectors, on every engine: no message, no round.</summary>
/// <remarks>Everything is modulo 2^64, or modulo 2 for bits. A result is new and the caller's to dispose. Timing depends on lengths alone.</remarks>
public static unsafe class SharedVectors
{
    /// <summary>x[i] + y[i].</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static SharedVector Add(SharedVector x, SharedVector y)
    {
        var sum = Like(x, y);
        for (var c = 0; c < x.ComponentCount; c++) WordKernels.Add<Integers64>(WordKernels.Best, x.Pointer(c), y.Pointer(c), sum.Pointer(c), x.Length);
        return sum;
    }

    /// <summary>x[i] − y[i].</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static SharedVector Subtract(SharedVector x, SharedVector y)
    {
        var difference = Like(x, y);
        for (var c = 0; c < x.ComponentCount; c++)
            WordKernels.Subtract<Integers64>(WordKernels.Best, x.Pointer(c), y.Pointer(c), difference.Pointer(c), x.Length);
        return difference;
    }

    /// <summary>factor · x[i] + constant, for public numbers.</summary>
    public static SharedVector Affine(this IVectorEngine engine, SharedVector x, ulong factor, ulong constant)
    {
        var result = SharedVector.Allocate(x.Length, x.ComponentCount);
        for (var c = 0; c < x.ComponentCount; c++)
        {
            WordKernels.Affine<Integers64>(
                WordKernels.Best, factor, x.Pointer(c), c == engine.ConstantComponent ? constant : 0, result.Pointer(c), x.Length);
        }

        return result;
    }

    /// <summary>x[i] + constants[i], for public numbers.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static SharedVector AddPublic(this IVectorEngine engine, SharedVector x, ReadOnlySpan<ulong> constants)
    {
        if (constants.Length != x.Length) throw new ArgumentException("As many constants as words.", nameof(constants));
        var result = Slice(x, 0, x.Length);
        if (engine.ConstantComponent < 0) return result;
        fixed (ulong* k = constants)
        {
            var component = result.Pointer(engine.ConstantComponent);
            WordKernels.Add<Integers64>(WordKernels.Best, component, k, component, x.Length);
        }

        return result;
    }

    /// <summary>x[i] · factors[i], for public numbers.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static SharedVector MultiplyPublic(SharedVector x, ReadOnlySpan<ulong> factors)
    {
        if (factors.Length != x.Length) throw new ArgumentException("As many factors as words.", nameof(factors));
        var result = SharedVector.Allocate(x.Length, x.ComponentCount);
        fixed (ulong* k = factors)
        {
            for (var c = 0; c < x.ComponentCount; c++) WordKernels.Multiply<Integers64>(WordKernels.Best, x.Pointer(c), k, result.Pointer(c), x.Length);
        }

        return result;
    }

    /// <summary>A vector of public words, shared without randomness.</summary>
    public static SharedVector Constant(this IVectorEngine engine, ReadOnlySpan<ulong> words)
    {
        var result = SharedVector.Allocate(words.Length, engine.ComponentCount, zeroed: true);
        if (engine.ConstantComponent >= 0) words.CopyTo(result.Component(engine.ConstantComponent));
        return result;
    }

    /// <summary>Words <paramref name="start"/> to start + length − 1.</summary>
    public static SharedVector Slice(SharedVector x, int start, int length)
    {
        var result = SharedVector.Allocate(length, x.ComponentCount);
        for (var c = 0; c < x.ComponentCount; c++) x.Component(c).Slice(start, length).CopyTo(result.Component(c));
        return result;
    }

    /// <summary>One vector after the other.</summary>
    public static SharedVector Concatenate(params IReadOnlyList<SharedVector> parts)
    {
        var result = SharedVector.Allocate(parts.Sum(part => part.Length), parts[0].ComponentCount);
        for (var c = 0; c < result.ComponentCount; c++)
        {
            var to = result.Component(c);
            foreach (var part in parts)
            {
                part.Component(c).CopyTo(to);
                to = to[part.Length..];
            }
        }

        return result;
    }

    /// <summary>x[index[i]], for public indices.</summary>
    public static SharedVector Pick(SharedVector x, ReadOnlySpan<int> index)
    {
        var result = SharedVector.Allocate(index.Length, x.ComponentCount);
        for (var c = 0; c < x.ComponentCount; c++)
        {
            var from = x.Component(c);
            var to = result.Component(c);
            for (var i = 0; i < index.Length; i++) to[i] = from[index[i]];
        }

        return result;
    }

    /// <summary>The sum of all words, a vector of one.</summary>
    public static SharedVector Total(SharedVector x)
    {
        var result = SharedVector.Allocate(1, x.ComponentCount, zeroed: true);
        for (var c = 0; c < x.ComponentCount; c++)
        {
            var sum = 0UL;
            foreach (var word in x.Component(c)) sum = unchecked(sum + word);
            result.Component(c)[0] = sum;
        }

        return result;
    }

    /// <summary>x[0] + … + x[i].</summary>
    public static SharedVector RunningTotals(SharedVector x)
    {
        var result = SharedVector.Allocate(x.Length, x.ComponentCount);
        for (var c = 0; c < x.ComponentCount; c++)
        {
            var sum = 0UL;
            ulong* from = x.Pointer(c), to = result.Pointer(c);
            for (nint i = 0; i < x.Length; i = unchecked(i + 1)) to[i] = sum = unchecked(sum + from[i]);
        }

        return result;
    }

    /// <summary>The lowest bits of public words, shared without randomness.</summary>
    public static SharedBitVector ConstantBits(this IVectorEngine engine, ReadOnlySpan<ulong> words, int bits)
    {
        var result = SharedBitVector.Allocate(words.Length, bits, engine.ComponentCount, zeroed: true);
        if (engine.ConstantComponent < 0) return result;
        fixed (ulong* from = words) BitPlanes.FromWords(WordKernels.Best, from, words.Length, bits, result.Pointer(engine.ConstantComponent));
        return result;
    }

    /// <summary>Element index[i] at i, for public indices and elements of at most 64 bits.</summary>
    public static SharedBitVector Pick(SharedBitVector x, ReadOnlySpan<int> index)
    {
        var result = SharedBitVector.Allocate(index.Length, x.Planes, x.ComponentCount);
        using NativeBuffer<ulong> from = NativeBuffer<ulong>.Allocate(x.Length), to = NativeBuffer<ulong>.Allocate(index.Length);
        for (var c = 0; c < x.ComponentCount; c++)
        {
            BitPlanes.ToWords(WordKernels.Best, x.Pointer(c), x.Length, x.Planes, from.Pointer);
            for (var i = 0; i < index.Length; i++) to.Span[i] = from.Span[index[i]];
            BitPlanes.FromWords(WordKernels.Best, to.Pointer, index.Length, x.Planes, result.Pointer(c));
        }

        return result;
    }

    /// <summary>x exclusive-or y, bit by bit.</summary>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public static SharedBitVector Xor(SharedBitVector x, SharedBitVector y)
    {
        if (x.Length != y.Length || x.Planes != y.Planes) throw new ArgumentException("Bits of one shape.", nameof(y));
        var sum = SharedBitVector.Allocate(x.Length, x.Planes, x.ComponentCount);
        for (var c = 0; c < x.ComponentCount; c++) WordKernels.Add<Bits64>(WordKernels.Best, x.Pointer(c), y.Pointer(c), sum.Pointer(c), x.WordCount);
        return sum;
    }

    /// <summary>Not x, bit by bit.</summary>
    public static SharedBitVector Not(this IVectorEngine engine, SharedBitVector x)
    {
        var result = SharedBitVector.Allocate(x.Length, x.Planes, x.ComponentCount);
        for (var c = 0; c < x.ComponentCount; c++)
        {
            WordKernels.Affine<Bits64>(
                WordKernels.Best, ulong.MaxValue, x.Pointer(c), c == engine.ConstantComponent ? ulong.MaxValue : 0, result.Pointer(c), x.WordCount);
        }

        return result;
    }

    /// <summary>Planes <paramref name="first"/>, first + step, first + 2 · step, … , <paramref name="count"/> of them.</summary>
    public static SharedBitVector Planes(SharedBitVector x, int first, int count, int step = 1)
    {
        var result = SharedBitVector.Allocate(x.Length, count, x.ComponentCount);
        for (var c = 0; c < x.ComponentCount; c++)
        {
            for (var j = 0; j < count; j++)
                new Span<ulong>(x.Plane(c, first + (j * step)), x.Stride).CopyTo(new Span<ulong>(result.Plane(c, j), x.Stride));
        }

        return result;
    }

    /// <summary>The planes of one vector after those of the other.</summary>
    public static SharedBitVector Stack(params IReadOnlyList<SharedBitVector> parts)
    {
        var result = SharedBitVector.Allocate(parts[0].Length, parts.Sum(part => part.Planes), parts[0].ComponentCount);
        for (var c = 0; c < result.ComponentCount; c++)
        {
            var at = 0;
            foreach (var part in parts)
            {
                if (part.Length != result.Length) throw new ArgumentException("Vectors of one length.", nameof(parts));
                new Span<ulong>(part.Pointer(c), part.WordCount).CopyTo(new Span<ulong>(result.Pointer(c) + at, part.WordCount));
                at += part.WordCount;
            }
        }

        return result;
    }

    private static SharedVector Like(SharedVector x, SharedVector y) =>
        x.Length == y.Length ? SharedVector.Allocate(x.Length, x.ComponentCount) : throw new ArgumentException("Vectors of one length.", nameof(y));
}
