using System.Numerics;
using System.Runtime.InteropServices;
using Collab.Arithmetic.Hashing;
using Collab.Arithmetic.Matrices;
using Collab.Primitives;

namespace Collab.Pir.Index;

/// <summary>A client's encrypted queries, each for one column, with the secrets that read the answers; for one answer each.</summary>
/// <remarks>A query is A·s + e + 2^24·u for a fresh uniform s, errors e and the unit vector u of its column. Making it takes the same time and
/// touches the same memory whatever the column.</remarks>
internal sealed class IndexQueries : IDisposable
{
    private const int Width = IndexParameters.SecretSize;

    private readonly IndexHint _hint;
    private readonly NativeBuffer<uint> _secrets;
    private readonly uint[] _vectors;

    private IndexQueries(IndexHint hint, NativeBuffer<uint> secrets, uint[] vectors) => (_hint, _secrets, _vectors) = (hint, secrets, vectors);

    /// <summary>What goes to the server, shape [k, columns].</summary>
    public ReadOnlyMemory<uint> Vectors => _vectors;

    /// <summary>Draws queries for columns of a table.</summary>
    /// <remarks>1152 multiplications a column and query; the public matrix is made once for all.</remarks>
    public static IndexQueries Create(IndexHint hint, ReadOnlySpan<int> columns, RandomSource random, CancellationToken cancellation)
    {
        var width = hint.Shape.Columns;
        var secrets = NativeBuffer<uint>.Allocate(columns.Length * Width);
        try
        {
            var vectors = new uint[columns.Length * width];
            using var prg = AesPrg.Generate(random);
            prg.Fill(MemoryMarshal.AsBytes(secrets.Span));
            for (var k = 0; k < columns.Length; k++) AddErrorsAndUnit(prg, columns[k], vectors.AsSpan(k * width, width));
            new PublicMatrix(hint.Seed).AddProducts(secrets, vectors, width, cancellation);
            return new(hint, secrets, vectors);
        }
        catch
        {
            secrets.Dispose();
            throw;
        }
    }

    /// <summary>Reads bytes of the asked column from an answer.</summary>
    /// <param name="query">Which query.</param>
    /// <param name="answer">The server's words for all rows.</param>
    /// <param name="firstRow">Where to begin.</param>
    /// <param name="destination">Receives a byte for each row.</param>
    public void Decode(int query, ReadOnlySpan<uint> answer, int firstRow, Span<byte> destination)
    {
        var masks = new uint[destination.Length];
        ByteMatrix.MultiplyWords(_hint.Rows(firstRow, masks.Length), _secrets.Span.Slice(query * Width, Width), masks);
        for (var i = 0; i < masks.Length; i++)
        {
            const uint Half = 1u << (IndexParameters.ScaleBits - 1);
            unchecked { destination[i] = (byte)((answer[firstRow + i] - masks[i] + Half) >> IndexParameters.ScaleBits); }
        }

        Array.Clear(masks);
    }

    /// <summary>Zeroes the secrets.</summary>
    public void Dispose() => _secrets.Dispose();

    /// <summary>Centred binomial errors, the heads of 82 coins less those of 82 others, and 2^24 at the column.</summary>
    internal static void AddErrorsAndUnit(AesPrg prg, int column, Span<uint> vector)
    {
        const int Words = 3, AtOnce = 1024;
        using var coins = NativeBuffer<ulong>.Allocate(Words * AtOnce);
        for (var first = 0; first < vector.Length; first += AtOnce)
        {
            var count = Math.Min(AtOnce, vector.Length - first);
            var words = coins.Span[..(Words * count)];
            prg.Fill(MemoryMarshal.AsBytes(words));
            for (var i = 0; i < count; i++)
            {
                unchecked
                {
                    // The complement of a fair coin is fair: heads of 164 coins less 82 is heads of 82 less tails of 82.
                    var heads = BitOperations.PopCount(words[Words * i]) + BitOperations.PopCount(words[Words * i + 1])
                        + BitOperations.PopCount(words[Words * i + 2] & ThirdWord);
                    var apart = (uint)(first + i ^ column);
                    var unit = ((apart | 0u - apart) >> 31) ^ 1u;
                    vector[first + i] += (uint)(heads - IndexParameters.ErrorCoins) + (unit << IndexParameters.ScaleBits);
                }
            }
        }
    }

    private const ulong ThirdWord = (1UL << (2 * IndexParameters.ErrorCoins - 128)) - 1;
}
