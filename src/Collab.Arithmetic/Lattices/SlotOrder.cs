using System.Numerics;

namespace Collab.Arithmetic.Lattices;

/// <summary>Between the slots of a batch, two rows of N/2, and the places of evaluations in a <see cref="NegacyclicTransform"/>.</summary>
/// <remarks>
/// Slot i of the first row is the value at ψ^(3^i), of the second row at ψ^(−3^i) (Smart and Vercauteren, eprint 2011/133). Places are bits
/// reversed: −e is at the place that mirrors e's. And 3^(N/16) = 1 + u·N/4 modulo 2N with u odd, so the eight slots i + j·N/16 are at powers that
/// differ in their three highest bits alone: at eight neighbouring places, one line of a cache. Timing depends on N alone. Immutable.
/// </remarks>
public sealed partial class SlotOrder
{
    private const int Line = 8;
    private readonly VectorKernel _kernel;
    private readonly int _degree;
    private readonly ushort[] _places;
    private readonly ushort[] _lines;
    private readonly ulong[] _orders;

    /// <summary>Prepares the tables: 2·N bytes and, of 128 slots or more, 1.25·N beside them.</summary>
    /// <param name="degree">N, a power of two of 16 to 32 768.</param>
    public SlotOrder(int degree) : this(ResidueKernels.Best, degree)
    {
    }

    internal SlotOrder(VectorKernel kernel, int degree)
    {
        (_kernel, _degree) = (degree < 2 * Line * Line ? VectorKernel.Scalar : kernel, degree);
        _places = new ushort[degree / 2];
        for (var (i, exponent) = (0, 1); i < _places.Length; i++, exponent = exponent * 3 & ((2 * degree) - 1))
        {
            _places[i] = (ushort)NegacyclicTransform.PlaceOf(exponent, degree);
        }

        // Of each group of eight slots: its line, and of each place in it the number j of its slot, a byte.
        (_lines, _orders) = _kernel == VectorKernel.Bits512 ? (new ushort[degree / Line], new ulong[degree / Line]) : ([], []);
        var stride = degree / (2 * Line);
        for (var slot = 0; slot < degree && _lines.Length > 0; slot++)
        {
            var (row, j, i) = (slot / (degree / 2), slot % (degree / 2) / stride, slot % stride);
            var place = PlaceOf(slot);
            _lines[(row * stride) + i] = (ushort)(place / Line);
            _orders[(row * stride) + i] |= (ulong)j << (8 * (place % Line));
        }
    }

    /// <summary>The place of a slot.</summary>
    /// <param name="slot">0 to N − 1: the first row, then the second.</param>
    public int PlaceOf(int slot) => slot < _places.Length ? _places[slot] : _degree - 1 - _places[slot - _places.Length];

    /// <summary>Numbers in the order of slots to evaluations.</summary>
    /// <param name="slots">At most N numbers; those that are not there are zero.</param>
    /// <param name="evaluations">Shape [N].</param>
    /// <param name="modulus">p, below 2^48.</param>
    /// <returns>Whether all numbers are below p, found without a branch on any; if not, what was written means nothing.</returns>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public bool TryToEvaluations(ReadOnlySpan<ulong> slots, Span<double> evaluations, ulong modulus)
    {
        if (slots.Length > _degree || evaluations.Length != _degree) throw new ArgumentException("There are N places and at most N slots.", nameof(slots));
        if (slots.Length == _degree) return _kernel == VectorKernel.Bits512 ? Scatter512(slots, evaluations, modulus) : Scatter(slots, evaluations, modulus);
        evaluations.Clear();
        var above = 0UL;
        for (var i = 0; i < slots.Length; i++)
        {
            above |= Above(slots[i], modulus - 1);
            evaluations[PlaceOf(i)] = (long)(slots[i] & long.MaxValue);
        }

        return above >> 63 == 0;
    }

    /// <summary>Evaluations to numbers in the order of slots.</summary>
    /// <typeparam name="T">A number that holds them.</typeparam>
    /// <param name="evaluations">Shape [N], integers from zero on.</param>
    /// <param name="slots">Shape [N].</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public void ToSlots<T>(ReadOnlySpan<double> evaluations, Span<T> slots)
        where T : unmanaged, INumberBase<T>
    {
        if (slots.Length != _degree || evaluations.Length != _degree) throw new ArgumentException("There are N places and N slots.", nameof(slots));
        var second = slots[(_degree / 2)..];
        for (var i = 0; i < _places.Length; i++)
        {
            slots[i] = T.CreateTruncating((long)evaluations[_places[i]]);
            second[i] = T.CreateTruncating((long)evaluations[_degree - 1 - _places[i]]);
        }
    }

    // The highest bit shows whether x > last. Both are below 2^63: last − x is negative exactly then; a larger x shows its own highest bit.
    private static ulong Above(ulong x, ulong last) => unchecked(x | (last - x));
}
