using System.Numerics;

namespace Collab.Statistics.Inference.Regression;

/// <summary>XᵀX, Xᵀy, yᵀy over all rows, exactly: all that a linear regression needs.</summary>
/// <param name="Names">The columns' names; the first is the intercept if there is one.</param>
/// <param name="Count">Rows that have all columns.</param>
/// <param name="Gram">XᵀX, [columns, columns], in units of the columns.</param>
/// <param name="Response">Xᵀy.</param>
/// <param name="ResponseSquare">yᵀy.</param>
/// <param name="Units">Of each column, how many of its units are 1: 10^scale; 1 for the intercept.</param>
/// <param name="ResponseUnit">The same of y.</param>
/// <param name="HasIntercept">Whether the first column is 1 everywhere.</param>
public sealed record CrossProducts(
    IReadOnlyList<string> Names, BigInteger Count, BigInteger[,] Gram, IReadOnlyList<BigInteger> Response, BigInteger ResponseSquare,
    IReadOnlyList<BigInteger> Units, BigInteger ResponseUnit, bool HasIntercept);
