using Collab.FederatedLearning.Features;
using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Engine.Planning;

/// <summary>Makes recipes of what a description wants made of columns, once their types are known (protocols/specs/features.md).</summary>
internal static class RecipePlanner
{
    /// <summary>Decimal digits of every feature of a job.</summary>
    private const int Scale = 6;

    /// <summary>χ² below which neighbouring bins are merged, in thousandths: the 95 % point of one degree of freedom.</summary>
    private const uint MergeBelow = 3841;

    /// <summary>The recipes of the owners of which something is wanted.</summary>
    /// <exception cref="CollabException">A column cannot be made into what is wanted.</exception>
    public static IReadOnlyList<OwnerRecipe> RecipesOf(IReadOnlyList<FeatureWish> wishes, IReadOnlyList<DatasetOffer> offers) =>
    [
        .. wishes.GroupBy(wish => wish.Of).OrderBy(group => group.Key).Select(group =>
        {
            var offer = offers.First(offer => offer.Owner == group.Key);
            return new OwnerRecipe(group.Key, RecipeOf(offer, [.. group]).Encode());
        }),
    ];

    /// <summary>Checks that every recipe is one, of the owner's columns in their order.</summary>
    /// <exception cref="CollabException">The plan is none that this node runs.</exception>
    public static void Require(Plan plan, TrainingQuestion question)
    {
        foreach (var (owner, bytes) in question.Recipes)
        {
            FeatureRecipe? recipe = null;
            try
            {
                recipe = FeatureRecipe.Decode(bytes.Span);
            }
            catch (MalformedException)
            {
                // said below
            }

            var columns = question.FeaturesOf(owner).Select(name => plan.InputOf(owner)?.Columns.FirstOrDefault(column => column.Name == name));
            if (recipe is null || !recipe.Steps.Select(step => step.Column).SequenceEqual(columns))
                throw new CollabException(Planner.ColumnUnsuited, $"The recipe of {owner} is not one of its columns.", owner);
            if (recipe.Steps.Any(step => step.Transformation is WeightOfEvidence) && !question.Model.IsClassification)
                throw new CollabException(Planner.ColumnUnsuited, "Weights of evidence are of labels 0 and 1.", owner);
        }
    }

    /// <summary>Whether a recipe takes labels.</summary>
    public static bool WantsLabels(OwnerRecipe recipe) => FeatureRecipe.Decode(recipe.Recipe.Span).Steps.Any(step => step.Transformation is WeightOfEvidence);

    private static FeatureRecipe RecipeOf(DatasetOffer offer, FeatureWish[] wishes)
    {
        try
        {
            return FeatureRecipe.Create(Scale, [.. wishes.Select(wish => StepOf(Planner.FindColumn(offer, wish.Column), wish))]);
        }
        catch (ArgumentException wrong)
        {
            throw new CollabException(Planner.ColumnUnsuited, $"{offer.Owner}: {wrong.Message}", offer.Owner);
        }
    }

    private static FeatureStep StepOf(ColumnSchema column, FeatureWish wish)
    {
        var binning = column.Type == ColumnType.Text
            ? Binning.Learned(wish.Unseen switch { WishedUnseen.Refuse => UnseenLevels.Refuse, WishedUnseen.Zero => UnseenLevels.Zero, _ => UnseenLevels.Other })
            : wish.EqualWidth ? Binning.EqualWidth(wish.Bins) : Binning.EqualFrequency(wish.Bins);
        var missing = wish.Missing switch
        {
            WishedMissing.Mean => MissingValues.Mean,
            WishedMissing.Median => MissingValues.Median,
            WishedMissing.Own => MissingValues.Own,
            _ => MissingValues.Refuse,
        };
        return new(column, new(missing, Indicator: wish.Indicator), wish.As switch
        {
            WishedFeature.Standard => new Standardize(),
            WishedFeature.Range => new ScaleToRange(),
            WishedFeature.Indicators => new BinIndicators(binning, LeaveFirstOut: true),
            WishedFeature.WeightOfEvidence => new WeightOfEvidence(binning, wish.MergeTo > 0 ? new(wish.MergeTo, MergeBelow) : null),
            _ => new Keep(),
        });
    }
}
