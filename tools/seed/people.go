package seed

import (
	"context"
	"fmt"

	"github.com/dailyfeed/dailyfeed/proto-contracts/rest/memberrest"
	"github.com/dailyfeed/dailyfeed/tools/session"
)

const noPicture = "no-image"

// arrive signs everybody up who is not there, logs everybody in, and gives
// those a picture who have none.
func (r *run) arrive(ctx context.Context) error {
	return each(ctx, len(r.Plan.People), func(ctx context.Context, i int) error {
		s, err := session.New(r.Edge, r.transport)
		if err != nil {
			return err
		}
		r.sessions[i] = s
		person := r.Plan.People[i]
		if err := r.signUp(ctx, s, person); err != nil {
			return fmt.Errorf("sign up %s: %w", person.Handle, err)
		}
		summary, err := s.LogIn(ctx, person.Email, r.Password)
		if err != nil {
			return fmt.Errorf("log in %s: %w", person.Email, err)
		}
		r.ids[i] = summary.MemberID
		if summary.AvatarURL != noPicture {
			return nil
		}
		return r.paint(ctx, s, i)
	})
}

func (r *run) signUp(ctx context.Context, s *session.Session, p Person) error {
	availability, err := s.Members.CheckHandle(ctx, p.Handle)
	if err != nil {
		return err
	}
	if !availability.Available {
		return nil
	}
	_, err = s.Members.SignUp(ctx, memberrest.SignUpRequest{
		Email: p.Email, Password: r.Password, MemberName: p.MemberName, Handle: p.Handle,
		DisplayName: &p.DisplayName, Bio: &p.Bio, Location: &p.Location, Gender: p.Gender,
		Timezone: &p.Timezone, LanguageCode: &p.Language, CountryCode: p.Country,
	})
	if err == nil {
		r.people.Add(1)
	}
	return err
}

func (r *run) paint(ctx context.Context, s *session.Session, person int) error {
	drawn, err := picture(person)
	if err != nil {
		return err
	}
	id, err := s.Images.UploadImage(ctx, "avatar.png", drawn)
	if err != nil {
		return fmt.Errorf("upload picture: %w", err)
	}
	address := "/api/proxy/images/view/" + id
	if _, err := s.Members.UpdateMyProfile(ctx, memberrest.UpdateProfileRequest{AvatarURL: &address}); err != nil {
		return fmt.Errorf("use picture: %w", err)
	}
	r.pictures.Add(1)
	return nil
}
