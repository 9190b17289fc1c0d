//! The touches of the run loop: one before each cold start, or ahead of it, while the other subject is measured.

use crate::bench::events::Event;
use crate::bench::stopped::Stopped;
use crate::bench::target::Target;

use super::Run;

impl<T: Target> Run<'_, T> {
    /// Waits until the touch is in force, which may have been begun ahead.
    pub(super) async fn touch(&mut self, subject: usize) -> Result<(), Stopped> {
        self.check_stop()?;
        self.afford_burst(subject)?;
        if !self.ahead.is_begun(subject) {
            self.begin_touch(subject).await?;
        }
        let took = tokio::select! {
            settled = self.ahead.settled(subject) => settled?,
            () = self.stop.requested() => return Err(self.stopped()),
        };
        (self.on_event)(Event::Settled {
            took,
            left: self.touches_left,
        });
        let state = &mut self.subjects[subject];
        state.environments += u64::from(self.plan.concurrency);
        state.at_once = self.plan.concurrency;
        self.check_stop()
    }

    /// Never cut short: an update whose answer we didn't wait for could land after the restore.
    pub(super) async fn begin_touch(&mut self, subject: usize) -> Result<(), Stopped> {
        let target = self.subjects[subject].target;
        if target.restores() {
            return Ok(());
        }
        self.ahead.during(target.touch()).await?;
        self.ahead.begin(subject, target.settled());
        Ok(())
    }

    /// Touches a subject that was just measured, if it comes again among the slots from `next` on and before the look
    /// after them, which may be the end: it settles while the other one is measured.
    pub(super) async fn touch_ahead(&mut self, subject: usize, next: usize) -> Result<(), Stopped> {
        let arm = self.subjects[subject].arm;
        let until = self.plan.until_look(next);
        let own = self.plan.order[next..until].iter().filter(|s| s.arm == arm);
        let left = own.count() as u32 * self.plan.concurrency;
        if self.overlapping && left > self.subjects[subject].done_before {
            self.check_stop()?;
            self.begin_touch(subject).await?;
        }
        Ok(())
    }
}
