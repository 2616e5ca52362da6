using Collab.Arithmetic.Lattices;
using Collab.Primitives;

namespace Collab.HomomorphicEncryption.Rings;

/// <summary>An element of Z_Q[X]/(X^N + 1), residues of shape [limbs, N] in native memory that is zeroed when it is given back, unless the element is public.</summary>
/// <typeparam name="TForm">Whether residues are of coefficients or of evaluations.</typeparam>
internal sealed class RingElement<TForm> : IDisposable
    where TForm : struct, IRepresentation
{
    private readonly NativeBuffer<double> _residues;

    public RingElement(RingBase ring) : this(ring, NativeBuffer<double>.Allocate(ring.Limbs * ring.Degree))
    {
    }

    private RingElement(RingBase ring, NativeBuffer<double> residues) => (Ring, _residues) = (ring, residues);

    /// <summary>An element for parts of ciphertexts and what anyone can compute of them: not zeroed.</summary>
    public static RingElement<TForm> Public(RingBase ring) => new(ring, NativeBuffer<double>.AllocatePublic(ring.Limbs * ring.Degree));

    public RingBase Ring { get; }

    /// <summary>All residues, shape [limbs, N].</summary>
    public Span<double> Residues => _residues.Span;

    /// <summary>The residues modulo one prime, shape [N].</summary>
    public Span<double> this[int limb] => _residues.Span.Slice(limb * Ring.Degree, Ring.Degree);

    public RingElement<TForm> Copy()
    {
        var copy = new RingElement<TForm>(Ring);
        Residues.CopyTo(copy.Residues);
        return copy;
    }

    /// <summary>A copy of an element that is public.</summary>
    public RingElement<TForm> PublicCopy()
    {
        var copy = Public(Ring);
        Residues.CopyTo(copy.Residues);
        return copy;
    }

    /// <summary>The same memory under another form: the element itself is not to be used any more.</summary>
    public RingElement<TOther> Retype<TOther>()
        where TOther : struct, IRepresentation => new(Ring, _residues);

    /// <summary>this + other, in an element that may be either.</summary>
    public RingElement<TForm> Plus(RingElement<TForm> other, RingElement<TForm> result) => Each(other, ResidueVectors.Add, result);

    /// <summary>this − other, in an element that may be either.</summary>
    public RingElement<TForm> Minus(RingElement<TForm> other, RingElement<TForm> result) => Each(other, ResidueVectors.Subtract, result);

    /// <summary>−this, in a public element.</summary>
    public RingElement<TForm> Negated()
    {
        var zero = Public(Ring);
        zero.Residues.Clear();
        return zero.Minus(this, zero);
    }

    public void Dispose() => _residues.Dispose();

    internal delegate void Operation(ReadOnlySpan<double> x, ReadOnlySpan<double> y, Span<double> d, ResidueModulus p);

    internal RingElement<TForm> Each(RingElement<TForm> other, Operation operation, RingElement<TForm> result)
    {
        if (other.Ring.Limbs != Ring.Limbs || result.Ring.Limbs != Ring.Limbs) throw new ArgumentException("All elements are of the same ring.", nameof(other));
        for (var i = 0; i < Ring.Limbs; i++) operation(this[i], other[i], result[i], Ring.Moduli[i]);
        return result;
    }
}

/// <summary>What exists in one form alone.</summary>
internal static class RingElement
{
    /// <summary>The product, in an element that may be either; evaluations only.</summary>
    public static RingElement<Evaluations> Times(this RingElement<Evaluations> x, RingElement<Evaluations> y, RingElement<Evaluations> result) =>
        x.Each(y, ResidueVectors.Multiply, result);

    /// <summary>Transforms in place and takes the memory over. Entries may be any integers within ±p.</summary>
    public static RingElement<Evaluations> Evaluate(this RingElement<Coefficients> x)
    {
        for (var i = 0; i < x.Ring.Limbs; i++) x.Ring.Transforms[i].Forward(x[i]);
        return x.Retype<Evaluations>();
    }

    /// <summary>Transforms in place and takes the memory over.</summary>
    public static RingElement<Coefficients> InterpolateInPlace(this RingElement<Evaluations> x)
    {
        for (var i = 0; i < x.Ring.Limbs; i++) x.Ring.Transforms[i].Inverse(x[i]);
        return x.Retype<Coefficients>();
    }

    /// <summary>Rounds x/p to a public element of the ring without its last prime p: (x − [x]_p)/p, with [x]_p about zero.</summary>
    /// <param name="x">A public element whose last limb is that of p.</param>
    /// <param name="target">The ring of the other limbs.</param>
    /// <param name="inverses">1/p modulo each of the target's primes.</param>
    public static RingElement<Evaluations> DivideByLast(this RingElement<Evaluations> x, RingBase target, ulong[] inverses)
    {
        var result = RingElement<Evaluations>.Public(target);
        var last = x.Ring.Limbs - 1;
        using var remainder = NativeBuffer<double>.AllocatePublic(2 * target.Degree);
        var centered = remainder.Span[..target.Degree];
        var moved = remainder.Span[target.Degree..];
        x[last].CopyTo(centered);
        x.Ring.Transforms[last].Inverse(centered);
        ResidueVectors.Center(centered, centered, x.Ring.Moduli[last]);
        for (var i = 0; i < target.Limbs; i++)
        {
            ResidueVectors.Center(centered, moved, target.Moduli[i]);
            target.Transforms[i].Forward(moved);
            ResidueVectors.ScaleDifference(x[i], moved, inverses[i], result[i], target.Moduli[i]);
        }

        return result;
    }
}
