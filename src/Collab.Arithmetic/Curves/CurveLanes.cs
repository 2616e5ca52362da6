using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Collab.Arithmetic.Curves;

/// <summary>The ladder and the point check in lanes: as many points at once as a vector has lanes, in chunks that share one inversion.</summary>
/// <remarks>Equal to <see cref="MontgomeryLadder"/> bit for bit. Timing is independent of scalars and points.</remarks>
[SkipLocalsInit]
internal static unsafe partial class CurveLanes<TVector, TLanes>
    where TVector : unmanaged
    where TLanes : struct, ILanes<TVector>
{
    private const int LimbCount = 5;

    /// <summary>x(sP) for a chunk of points, by one inversion for all; may work in place.</summary>
    public static void Multiply(ReadOnlySpan<byte> points, ReadOnlySpan<byte> scalar, Span<byte> products)
    {
        var count = points.Length / Curve25519.PointSize;
        using var quotients = new Quotients(VectorsFor(count));
        var roomForX = stackalloc byte[FieldLanes<TVector, TLanes>.Room(1)];
        var x = FieldLanes<TVector, TLanes>.Align(roomForX);
        for (var i = 0; i < quotients.Count; i++)
        {
            Load(points, Curve25519.PointSize, i * TLanes.Count, x);
            Climb(x, scalar, quotients.Numerator(i), quotients.Denominator(i));
        }

        quotients.Store(products);
    }

    /// <summary>The first of some canonical points whose x³ + Ax² + x is no non-zero square, or −1.</summary>
    public static int IndexOfInvalid(ReadOnlySpan<byte> points)
    {
        const int together = FieldLanes<TVector, TLanes>.PowerCount;
        var count = points.Length / Curve25519.PointSize;
        var room = stackalloc byte[FieldLanes<TVector, TLanes>.Room(together + 1)];
        TVector* one = FieldLanes<TVector, TLanes>.Align(room), values = one + LimbCount;
        FieldLanes<TVector, TLanes>.Fill(1, one);
        for (var at = 0; at < count; at += together * TLanes.Count)
        {
            for (var i = 0; i < together; i++)
            {
                Load(points, Curve25519.PointSize, at + i * TLanes.Count, values + i * LimbCount);
                RightSide(values + i * LimbCount, one, values + i * LimbCount);
            }

            FieldLanes<TVector, TLanes>.Legendre(values, values, together);
            for (var i = 0; i < together; i++)
            {
                var isSquare = FieldLanes<TVector, TLanes>.EqualMask(values + i * LimbCount, one);
                var first = at + i * TLanes.Count;
                for (var lane = 0; lane < TLanes.Count && first + lane < count; lane++)
                {
                    if (((ulong*)&isSquare)[lane] == 0) return first + lane;
                }
            }
        }

        return -1;
    }

    private static int VectorsFor(int points) => (points + TLanes.Count - 1) / TLanes.Count;

    /// <summary>Reads elements that lie <paramref name="stride"/> bytes apart, from the given index; 0 beyond the end.</summary>
    private static void Load(ReadOnlySpan<byte> source, int stride, int first, TVector* result)
    {
        Span<Field25519> elements = stackalloc Field25519[TLanes.Count];
        elements.Clear();
        for (var lane = 0; lane < TLanes.Count && (first + lane) * stride < source.Length; lane++)
        {
            elements[lane] = Field25519.Decode(source[((first + lane) * stride)..]);
        }

        FieldLanes<TVector, TLanes>.Load(elements, result);
        elements.Clear();
    }

    /// <summary>x³ + A·x² + x; tight.</summary>
    private static void RightSide(TVector* x, TVector* one, TVector* result)
    {
        var roomForSum = stackalloc byte[FieldLanes<TVector, TLanes>.Room(1)];
        var sum = FieldLanes<TVector, TLanes>.Align(roomForSum);
        var roomForCurveA = stackalloc byte[FieldLanes<TVector, TLanes>.Room(1)];
        var curveA = FieldLanes<TVector, TLanes>.Align(roomForCurveA);
        FieldLanes<TVector, TLanes>.Fill(MontgomeryLadder.A, curveA);
        FieldLanes<TVector, TLanes>.Add(x, curveA, sum);
        FieldLanes<TVector, TLanes>.Multiply(sum, x, sum);
        FieldLanes<TVector, TLanes>.Add(sum, one, sum);
        FieldLanes<TVector, TLanes>.Multiply(sum, x, result);
    }

    /// <summary>The ladder of <see cref="MontgomeryLadder.Multiply"/>; returns numerator and denominator of x(sP), tight.</summary>
    /// <remarks>
    /// It keeps X + Z and X − Z of both points instead of X and Z: these are what the next step needs, and each then comes out of one
    /// carry. The bits of the scalar are the same for all lanes.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Climb(TVector* x, ReadOnlySpan<byte> scalar, TVector* numerator, TVector* denominator)
    {
        const int values = 12;
        var room = stackalloc byte[FieldLanes<TVector, TLanes>.Room(values)];
        var memory = FieldLanes<TVector, TLanes>.Align(room);
        TVector* sum2 = memory, difference2 = sum2 + LimbCount, sum3 = difference2 + LimbCount, difference3 = sum3 + LimbCount;
        FieldLanes<TVector, TLanes>.Fill(1, sum2);                                      // 1 : 0
        FieldLanes<TVector, TLanes>.Fill(1, difference2);
        FieldLanes<TVector, TLanes>.Add(x, sum2, sum3);                                 // x : 1
        FieldLanes<TVector, TLanes>.Subtract(x, sum2, difference3);
        ulong swap = 0;
        for (var position = 8 * Curve25519.ScalarSize - 1; position >= 0; position--)
        {
            var bit = (ulong)(scalar[position >> 3] >> (position & 7)) & 1;
            Step(x, unchecked(0 - (swap ^ bit)), memory);
            swap = bit;
        }

        var last = TLanes.CreateBits(unchecked(0 - swap));
        FieldLanes<TVector, TLanes>.Swap(last, sum2, sum3);
        FieldLanes<TVector, TLanes>.Swap(last, difference2, difference3);
        FieldLanes<TVector, TLanes>.Add(sum2, difference2, numerator);                  // 2X
        FieldLanes<TVector, TLanes>.Subtract(sum2, difference2, denominator);           // 2Z
        FieldLanes<TVector, TLanes>.Tighten(numerator, numerator);
        FieldLanes<TVector, TLanes>.Tighten(denominator, denominator);
        new Span<byte>(memory, values * LimbCount * sizeof(TVector)).Clear();
    }

    /// <summary>One step of the ladder: exchange by the mask, then (P2, P3) becomes (2·P2, P2 + P3).</summary>
    /// <param name="x">x of the point multiplied, tight.</param>
    /// <param name="swap">All ones to exchange, else 0.</param>
    /// <param name="memory">Sum and difference of P2 and of P3, then room for eight elements.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Step(TVector* x, ulong swap, TVector* memory)
    {
        TVector* sum2 = memory, difference2 = sum2 + LimbCount, sum3 = difference2 + LimbCount, difference3 = sum3 + LimbCount;
        TVector* cross = difference3 + LimbCount, crossed = cross + LimbCount, product = crossed + LimbCount;
        TVector* sumSquared = product + LimbCount, differenceSquared = sumSquared + LimbCount, columns = differenceSquared + LimbCount;
        TVector* other = columns + LimbCount;

        var mask = TLanes.CreateBits(swap);
        FieldLanes<TVector, TLanes>.Swap(mask, sum2, sum3);
        FieldLanes<TVector, TLanes>.Swap(mask, difference2, difference3);

        FieldLanes<TVector, TLanes>.MultiplyToColumns(difference3, sum2, cross);
        FieldLanes<TVector, TLanes>.MultiplyToColumns(sum3, difference2, crossed);
        FieldLanes<TVector, TLanes>.Square(sum2, sumSquared);
        FieldLanes<TVector, TLanes>.Square(difference2, differenceSquared);
        FieldLanes<TVector, TLanes>.CarrySumAndDifference(cross, crossed, sum3, difference3);
        FieldLanes<TVector, TLanes>.Subtract(sumSquared, differenceSquared, product);   // 4·X·Z, loose
        FieldLanes<TVector, TLanes>.AddMultiple(sumSquared, MontgomeryLadder.A24, product, cross);
        FieldLanes<TVector, TLanes>.MultiplyToColumns(sumSquared, differenceSquared, columns); // X of 2·P2
        FieldLanes<TVector, TLanes>.MultiplyToColumns(cross, product, other);           // Z of 2·P2
        FieldLanes<TVector, TLanes>.CarrySumAndDifference(columns, other, sum2, difference2);
        FieldLanes<TVector, TLanes>.SquareToColumns(sum3, columns);                     // X of P2 + P3
        FieldLanes<TVector, TLanes>.Square(difference3, cross);
        FieldLanes<TVector, TLanes>.MultiplyToColumns(cross, x, other);                 // Z of P2 + P3
        FieldLanes<TVector, TLanes>.CarrySumAndDifference(columns, other, sum3, difference3);
    }

    /// <summary>Fractions of a chunk, turned into field elements by one inversion for all (Montgomery's trick), lane by lane.</summary>
    private readonly ref struct Quotients : IDisposable
    {
        private const int Parts = 3;                                                    // numerator, denominator, product of those before
        private readonly TVector* _memory;

        public Quotients(int count)
        {
            Count = count;
            _memory = (TVector*)NativeMemory.AlignedAlloc((nuint)Size, 64);
        }

        /// <summary>Vectors of fractions.</summary>
        public int Count { get; }

        private int Size => Math.Max(Count, 1) * Parts * LimbCount * sizeof(TVector);

        public TVector* Numerator(int index) => _memory + index * Parts * LimbCount;

        public TVector* Denominator(int index) => Numerator(index) + LimbCount;

        /// <summary>Writes numerator/denominator, canonical; 0 where the denominator is 0.</summary>
        public void Store(Span<byte> results)
        {
            var roomForInverse = stackalloc byte[FieldLanes<TVector, TLanes>.Room(1)];
            var inverse = FieldLanes<TVector, TLanes>.Align(roomForInverse);
            var roomForQuotient = stackalloc byte[FieldLanes<TVector, TLanes>.Room(1)];
            var quotient = FieldLanes<TVector, TLanes>.Align(roomForQuotient);
            FieldLanes<TVector, TLanes>.Fill(1, inverse);
            for (var i = 0; i < Count; i++)
            {
                ReplaceZeroDenominators(i);
                FieldLanes<TVector, TLanes>.Copy(inverse, Before(i));
                FieldLanes<TVector, TLanes>.Multiply(inverse, Denominator(i), inverse);
            }

            FieldLanes<TVector, TLanes>.Invert(inverse, inverse);
            for (var i = Count - 1; i >= 0; i--)
            {
                FieldLanes<TVector, TLanes>.Multiply(inverse, Before(i), quotient);     // 1/denominator
                FieldLanes<TVector, TLanes>.Multiply(quotient, Numerator(i), quotient);
                FieldLanes<TVector, TLanes>.Multiply(inverse, Denominator(i), inverse);
                for (var lane = 0; lane < TLanes.Count; lane++)
                {
                    var at = (i * TLanes.Count + lane) * Curve25519.PointSize;
                    if (at < results.Length) FieldLanes<TVector, TLanes>.Extract(quotient, lane).Encode(results[at..]);
                }
            }
        }

        public void Dispose()
        {
            CryptographicOperations.ZeroMemory(new Span<byte>(_memory, Size));
            NativeMemory.AlignedFree(_memory);
        }

        private TVector* Before(int index) => Numerator(index) + 2 * LimbCount;

        /// <summary>n/0 becomes 0/1: a neutral element must not spoil the product of all.</summary>
        private void ReplaceZeroDenominators(int index)
        {
            var roomForZero = stackalloc byte[FieldLanes<TVector, TLanes>.Room(1)];
            var zero = FieldLanes<TVector, TLanes>.Align(roomForZero);
            var roomForOne = stackalloc byte[FieldLanes<TVector, TLanes>.Room(1)];
            var one = FieldLanes<TVector, TLanes>.Align(roomForOne);
            FieldLanes<TVector, TLanes>.Fill(0, zero);
            FieldLanes<TVector, TLanes>.Fill(1, one);
            var mask = FieldLanes<TVector, TLanes>.ZeroMask(Denominator(index));
            FieldLanes<TVector, TLanes>.Select(mask, zero, Numerator(index), Numerator(index));
            FieldLanes<TVector, TLanes>.Select(mask, one, Denominator(index), Denominator(index));
        }
    }
}
