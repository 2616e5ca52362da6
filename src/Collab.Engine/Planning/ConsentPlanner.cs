using Collab.Engine.Consents;
using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Engine.Planning;

/// <summary>Settles with the owners' offers which column names the subjects who must consent (protocols/specs/consent.md).</summary>
internal static class ConsentPlanner
{
    /// <summary>The subject column of each owner; none where the job asks for no consent.</summary>
    /// <exception cref="CollabException"><see cref="ConsentErrors.SubjectUndeclared"/>.</exception>
    public static Dictionary<PartyId, string> SubjectsOf(JobSpecification specification, IReadOnlyList<DatasetOffer> offers, Question question) =>
        specification.Consent == ConsentRule.None ? [] : offers.Where(offer => question.AsksConsentOf(offer.Owner)).ToDictionary(offer => offer.Owner, offer => offer.Subject ?? throw Undeclared(offer));

    /// <summary>Checks, at an owner, that a plan goes by the subject that the owner declared.</summary>
    /// <exception cref="CollabException"><see cref="ConsentErrors.SubjectUndeclared"/>.</exception>
    public static void Require(PlanInput input, DatasetOffer offer)
    {
        if (offer.Subject is null || offer.Subject != input.Subject) throw Undeclared(offer);
    }

    private static CollabException Undeclared(DatasetOffer offer) => new(
        ConsentErrors.SubjectUndeclared, $"The job requires consent, and {offer.Owner}'s '{offer.Name}' does not declare so whose a row is.", offer.Owner);
}
