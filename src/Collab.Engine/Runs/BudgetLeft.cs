using Collab.Primitives;

namespace Collab.Engine.Runs;

/// <summary>What is left of this owner's privacy budget for one dataset.</summary>
/// <param name="Dataset">The dataset's name.</param>
/// <param name="Requester">For whom; null for all requesters together.</param>
/// <param name="Laplace">The largest ε, as a decimal, that an answer with Laplace noise may still cost.</param>
/// <param name="Gaussian">The largest ε that one with Gaussian noise and the budget's δ may; null for a budget without δ.</param>
public sealed record BudgetLeft(string Dataset, PartyId? Requester, string Laplace, string? Gaussian);
