using Collab.SecretSharing.Vectors;

namespace Collab.FederatedLearning.Columns;

/// <summary>What models on shares do with vectors that lie one after the other in one.</summary>
internal static class VectorParts
{
    /// <summary>x[0..n) + x[n..2n) + …</summary>
    public static SharedVector SumOfParts(SharedVector x, int n)
    {
        var sum = SharedVectors.Slice(x, 0, n);
        for (var start = n; start < x.Length; start += n)
        {
            using SharedVector old = sum, part = SharedVectors.Slice(x, start, n);
            sum = SharedVectors.Add(old, part);
        }

        return sum;
    }

    /// <summary>The columns of a row-major matrix, one after the other.</summary>
    public static SharedVector Transposed(SharedVector x, int rows, int columns)
    {
        var index = new int[checked(rows * columns)];
        for (var j = 0; j < columns; j++)
        {
            for (var i = 0; i < rows; i++) index[(j * rows) + i] = (i * columns) + j;
        }

        return SharedVectors.Pick(x, index);
    }

    /// <summary>Every word so many times in a row.</summary>
    public static SharedVector Repeated(SharedVector x, int times)
    {
        var index = new int[checked(x.Length * times)];
        for (var i = 0; i < index.Length; i++) index[i] = i / times;
        return SharedVectors.Pick(x, index);
    }
}
