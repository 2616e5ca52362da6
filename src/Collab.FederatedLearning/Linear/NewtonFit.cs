namespace Collab.FederatedLearning.Linear;

/// <summary>One party's part of a fit by Newton's method.</summary>
/// <param name="Part">Its coefficients, as descent gives them; a loss for every step.</param>
/// <param name="StandardErrors">Of all coefficients of standardized columns, the intercept's first among its owner's, party after party; of regression in units of the standardized label. Null where they are not opened.</param>
/// <param name="Steps">How many steps were taken.</param>
public sealed record NewtonFit(LinearPart Part, IReadOnlyList<double>? StandardErrors, int Steps);
