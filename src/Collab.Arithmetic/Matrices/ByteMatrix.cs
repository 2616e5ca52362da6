using System.Runtime.Intrinsics.X86;

namespace Collab.Arithmetic.Matrices;

/// <summary>Matrices of signed bytes times matrices of words modulo 2^32: what a server of private retrieval does over its whole table.</summary>
/// <remarks>Timing and memory accesses depend on shapes alone, and on places where they are given. Scalar code is the specification; vectors of 256 and 512 bits give the same bits.</remarks>
public static unsafe partial class ByteMatrix
{
    /// <summary>Rows that a thread takes at once: a few hundred kilobytes of a wide matrix, so that vectors after the first find it in the cache.</summary>
    private const int RowsAtOnce = 8;

    /// <summary>The widest kernel that this processor runs.</summary>
    internal static VectorKernel Best =>
        Avx512F.IsSupported && Avx512BW.IsSupported ? VectorKernel.Bits512 : Avx2.IsSupported ? VectorKernel.Bits256 : VectorKernel.Scalar;

    /// <summary>Products with vectors: <c>y[k] = D·x[k] mod 2^32</c>.</summary>
    /// <param name="matrix">D, row-major, shape [rows, columns].</param>
    /// <param name="columns">Of D, 1 or more.</param>
    /// <param name="vectors">Shape [k, columns].</param>
    /// <param name="products">Receives shape [k, rows]; must not overlap.</param>
    /// <param name="parallelism">At most so many threads, 1 or more.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static void Multiply(
        ReadOnlySpan<sbyte> matrix, int columns, ReadOnlySpan<uint> vectors, Span<uint> products, int parallelism = 1) =>
        Multiply(Best, matrix, columns, vectors, products, parallelism);

    /// <summary>Adds products with a matrix of words: <c>T += D[:, first .. first + c)·A mod 2^32</c>, A of shape [c, width].</summary>
    /// <param name="matrix">D, row-major, shape [rows, columns].</param>
    /// <param name="columns">Of D, 1 or more.</param>
    /// <param name="first">The first column of D that is meant.</param>
    /// <param name="words">A, row-major.</param>
    /// <param name="width">Columns of A and T, 1 or more.</param>
    /// <param name="totals">T, row-major, shape [rows, width].</param>
    /// <param name="parallelism">At most so many threads, 1 or more.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static void AddProduct(
        ReadOnlySpan<sbyte> matrix, int columns, int first, ReadOnlySpan<uint> words, int width, Span<uint> totals, int parallelism = 1) =>
        AddProduct(Best, matrix, columns, first, words, width, totals, parallelism);

    /// <summary>Adds products with picked rows of a matrix of words: <c>T += F·A[places] mod 2^32</c>.</summary>
    /// <param name="factors">F, row-major, shape [rows, k].</param>
    /// <param name="places">Which rows of A, k of them.</param>
    /// <param name="words">A, row-major.</param>
    /// <param name="width">Columns of A and T, 1 or more.</param>
    /// <param name="totals">T, row-major; at least as long as all its rows.</param>
    /// <param name="stride">Words from one row of T to the next, at least the width.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, or a place is none of A's rows.</exception>
    /// <remarks>The accesses follow the places. As many multiplications as <see cref="AddProduct(ReadOnlySpan{sbyte}, int, int, ReadOnlySpan{uint}, int, Span{uint}, int)"/> needs for as many factors.</remarks>
    public static void AddProduct(
        ReadOnlySpan<short> factors, ReadOnlySpan<int> places, ReadOnlySpan<uint> words, int width, Span<uint> totals, int stride) =>
        AddProduct(Best, factors, places, words, width, totals, stride);

    /// <summary>A matrix of words times one vector: <c>y = A·s mod 2^32</c>.</summary>
    /// <param name="words">A, row-major, shape [rows, width].</param>
    /// <param name="vector">s, of A's width.</param>
    /// <param name="products">Receives a word for each row.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static void MultiplyWords(ReadOnlySpan<uint> words, ReadOnlySpan<uint> vector, Span<uint> products) =>
        MultiplyWords(Best, words, vector, products);

    /// <summary>Adds a multiple of a row: <c>t += f·a mod 2^32</c>.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void AddScaled(ReadOnlySpan<uint> words, int factor, Span<uint> totals) => AddScaled(Best, words, factor, totals);

    internal static void Multiply(
        VectorKernel kernel, ReadOnlySpan<sbyte> matrix, int columns, ReadOnlySpan<uint> vectors, Span<uint> products, int parallelism)
    {
        var rows = RowsOf(matrix.Length, columns, nameof(columns));
        var count = RowsOf(vectors.Length, columns, nameof(vectors));
        if (products.Length != (long)count * rows) throw new ArgumentException("A product for each row and vector.", nameof(products));
        fixed (sbyte* d = matrix)
        fixed (uint* x = vectors, y = products)
        {
            var scan = new Scan(kernel, (nint)d, columns, rows, (nint)x, count, (nint)y);
            InBlocks(rows, RowsAtOnce, parallelism, scan.Run);
        }
    }

    internal static void AddProduct(
        VectorKernel kernel, ReadOnlySpan<sbyte> matrix, int columns, int first, ReadOnlySpan<uint> words, int width, Span<uint> totals, int parallelism)
    {
        var rows = RowsOf(matrix.Length, columns, nameof(columns));
        var depth = RowsOf(words.Length, width, nameof(width));
        if (first < 0 || depth > columns - first) throw new ArgumentException("The words have more rows than columns follow.", nameof(first));
        if (totals.Length != (long)rows * width) throw new ArgumentException("A row of totals for each row.", nameof(totals));
        fixed (sbyte* d = matrix)
        fixed (uint* a = words, t = totals)
        {
            var offsets = new nint[depth];
            for (var i = 0; i < depth; i++) offsets[i] = (nint)i * width;
            InBlocks(rows, ProductRowsAtOnce, parallelism, new Product<sbyte>(kernel, (nint)(d + first), columns, (nint)a, offsets, width, (nint)t, width).Run);
        }
    }

    internal static void AddProduct(
        VectorKernel kernel, ReadOnlySpan<short> factors, ReadOnlySpan<int> places, ReadOnlySpan<uint> words, int width, Span<uint> totals, int stride)
    {
        var available = RowsOf(words.Length, width, nameof(width));
        if (places.IsEmpty && factors.IsEmpty) return;
        var rows = RowsOf(factors.Length, places.Length, nameof(factors));
        if (stride < width || totals.Length < (rows - 1L) * stride + width) throw new ArgumentException("Room for a row of totals for each row of factors.", nameof(totals));
        var offsets = new nint[places.Length];
        for (var i = 0; i < offsets.Length; i++)
        {
            if (places[i] < 0 || places[i] >= available) throw new ArgumentException("Places are rows of the words.", nameof(places));
            offsets[i] = (nint)places[i] * width;
        }

        fixed (short* f = factors)
        fixed (uint* a = words, t = totals)
        {
            new Product<short>(kernel, (nint)f, places.Length, (nint)a, offsets, width, (nint)t, stride).Run(0, rows);
        }
    }

    internal static void MultiplyWords(VectorKernel kernel, ReadOnlySpan<uint> words, ReadOnlySpan<uint> vector, Span<uint> products)
    {
        if (words.Length != (long)vector.Length * products.Length) throw new ArgumentException("A product for each row.", nameof(products));
        fixed (uint* a = words, s = vector, y = products)
        {
            switch (kernel)
            {
                case VectorKernel.Bits512: WordRows<WordLanes512, System.Runtime.Intrinsics.Vector512<uint>>(a, s, vector.Length, products.Length, y); break;
                case VectorKernel.Bits256: WordRows<WordLanes256, System.Runtime.Intrinsics.Vector256<uint>>(a, s, vector.Length, products.Length, y); break;
                default: WordRows<WordLanes1, uint>(a, s, vector.Length, products.Length, y); break;
            }
        }
    }

    internal static void AddScaled(VectorKernel kernel, ReadOnlySpan<uint> words, int factor, Span<uint> totals)
    {
        if (words.Length != totals.Length) throw new ArgumentException("Rows of one length.", nameof(totals));
        fixed (uint* a = words, t = totals)
        {
            switch (kernel)
            {
                case VectorKernel.Bits512: Scaled<WordLanes512, System.Runtime.Intrinsics.Vector512<uint>>(a, unchecked((uint)factor), t, words.Length); break;
                case VectorKernel.Bits256: Scaled<WordLanes256, System.Runtime.Intrinsics.Vector256<uint>>(a, unchecked((uint)factor), t, words.Length); break;
                default: Scaled<WordLanes1, uint>(a, unchecked((uint)factor), t, words.Length); break;
            }
        }
    }

    private static int RowsOf(int length, int columns, string name)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1, name);
        return length % columns == 0 ? length / columns : throw new ArgumentException("Whole rows.", name);
    }

    private static void InBlocks(int rows, int atOnce, int parallelism, Action<int, int> run)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(parallelism, 1);
        var blocks = (rows + atOnce - 1) / atOnce;
        if (parallelism == 1 || blocks < 2)
        {
            for (var block = 0; block < blocks; block++) run(block * atOnce, Math.Min(rows, (block + 1) * atOnce));
            return;
        }

        Parallel.For(
            0, blocks, new ParallelOptions { MaxDegreeOfParallelism = parallelism },
            block => run(block * atOnce, Math.Min(rows, (block + 1) * atOnce)));
    }
}
