using System.Numerics;
using System.Runtime.CompilerServices;

namespace Collab.Arithmetic.WideIntegers;

public partial struct ExactMoments
{
    // A lane adds up to 2^20 numbers below 2^32 and stays below 2^53.
    private const int VectorBlock = 1 << 20;

    /// <summary>Adds up to 2^20 values, their number a multiple of the vector's; the same sums as <see cref="AddScalars"/>.</summary>
    /// <remarks>
    /// With x = h·2^32 + l, h signed and l unsigned, both of 32 bits: x² = h²·2^64 + h·l·2^33 + l². Each product fits 64 bits
    /// (|h·l| ≤ 2^31·(2^32 − 1)), is itself split in halves of 32 bits, and the halves are added in lanes that cannot overflow.
    /// </remarks>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void AddVectors(ReadOnlySpan<long> values)
    {
        var mask = new Vector<long>(0xFFFF_FFFF);
        var (minimum, maximum) = (new Vector<long>(Minimum), new Vector<long>(Maximum));
        Vector<long> lows = default, highs = default;             // Σl, Σh
        Vector<long> lowSquareLow = default, lowSquareHigh = default;   // Σl² in halves
        Vector<long> crossLow = default, crossHigh = default;           // Σh·l in halves, the upper one signed
        Vector<long> highSquareLow = default, highSquareHigh = default; // Σh² in halves
        unchecked
        {
            for (var i = 0; i < values.Length; i += Vector<long>.Count)
            {
                var value = new Vector<long>(values[i..]);
                minimum = Vector.Min(minimum, value);
                maximum = Vector.Max(maximum, value);
                var low = value & mask;
                var high = value >> 32;
                lows += low;
                highs += high;
                var product = low * low;
                lowSquareLow += product & mask;
                lowSquareHigh += product >>> 32;
                product = high * low;
                crossLow += product & mask;
                crossHigh += product >> 32;
                product = high * high;
                highSquareLow += product & mask;
                highSquareHigh += product >>> 32;
            }

            _sum += ((Int128)Vector.Sum(highs) << 32) + Vector.Sum(lows);
            var cross = ((Int128)Vector.Sum(crossHigh) << 32) + Vector.Sum(crossLow);
            var lowSquares = ((Int128)Vector.Sum(lowSquareHigh) << 32) + Vector.Sum(lowSquareLow);
            var highSquares = ((Int128)Vector.Sum(highSquareHigh) << 32) + Vector.Sum(highSquareLow);

            // Σx² of a block is below 2^146, more than 128 bits: its two upper parts are added in pieces, modulo 2^192.
            AddWide(highSquares, 64);
            AddWide(cross, 33);
            AddWide(lowSquares, 0);
        }

        for (var lane = 0; lane < Vector<long>.Count; lane++)
        {
            Minimum = Math.Min(Minimum, minimum[lane]);
            Maximum = Math.Max(Maximum, maximum[lane]);
        }
    }

    // Adds value · 2^shift to the three words of Σx², modulo 2^192; shift is 0, 33 or 64.
    private void AddWide(Int128 value, int shift)
    {
        unchecked
        {
            var low = (UInt128)value << shift;
            _squaresCarry += shift == 0 ? (ulong)(value >> 127) : (ulong)(value >> (128 - shift)); // the sign, extended
            AddSquares(low);
        }
    }
}
