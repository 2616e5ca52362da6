namespace Collab.Statistics.Disclosure;

/// <summary>A space spanned by vectors modulo the prime 2^61 − 1, by elimination.</summary>
/// <remarks>What is a rational combination of vectors of small whole numbers is one modulo the prime too, so no dependence is missed; one that is not there is seen with a chance of about vectors · 2^−61.</remarks>
internal sealed class Linear(int dimensions)
{
    private const ulong Prime = (1UL << 61) - 1;

    private readonly ulong[]?[] _rows = new ulong[]?[dimensions]; // by their first place that is not 0, which is 1

    /// <summary>A whole number modulo the prime.</summary>
    public static ulong Reduce(Int128 value) => (ulong)(((value % Prime) + Prime) % Prime);

    /// <summary>Takes a vector in, which is overwritten.</summary>
    /// <returns>Whether it was none of the space.</returns>
    public bool Add(ulong[] vector)
    {
        for (var place = 0; place < vector.Length; place++)
        {
            if (vector[place] == 0) continue;
            if (_rows[place] is not { } row)
            {
                var inverse = Power(vector[place], Prime - 2);
                for (var i = place; i < vector.Length; i++) vector[i] = Times(vector[i], inverse);
                _rows[place] = vector;
                return true;
            }

            var factor = Prime - vector[place];
            for (var i = place; i < vector.Length; i++)
                if (row[i] != 0) vector[i] = Plus(vector[i], Times(row[i], factor));
        }

        return false;
    }

    private static ulong Plus(ulong a, ulong b) => a + b >= Prime ? a + b - Prime : a + b;

    private static ulong Times(ulong a, ulong b)
    {
        var high = Math.BigMul(a, b, out var low);
        return Plus(low & Prime, (high << 3) | (low >> 61)); // 2^61 is 1; the second is below 2^61 as a·b is below 2^122
    }

    private static ulong Power(ulong number, ulong exponent)
    {
        var result = 1UL;
        for (; exponent > 0; exponent >>= 1, number = Times(number, number))
            if ((exponent & 1) != 0) result = Times(result, number);
        return result;
    }
}
